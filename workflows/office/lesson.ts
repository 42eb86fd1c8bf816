import { type Files } from '../../contract/command-verdict.ts'
import { judgesOf } from '../../contract/judges.ts'
import { givenAway } from '../../contract/office/gives-away.ts'
import { asks, judgedBy, languages, type Lesson, type LessonInput } from '../../contract/office/lesson.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { broken } from '../../contract/rules.ts'
import { type Attempt, finish, improving, loop, stage, type Verifier, verify } from '../core/index.ts'

/** Small steps, each with its own check: code is run, the level is judged, the hint is compared with the answer. The shape that makes a cheap model enough. */
export async function lesson({
  concept,
  level,
  words,
  language,
  models,
  judges = judgesOf(models),
  limits,
}: LessonInput): Promise<Outcome<Lesson>> {
  const { example, answer, tests, ...at } = languages[language]
  const done = {} as Lesson
  const runs = (command: string, files: (made: Lesson) => Files, fails = false) => verify.command<Lesson>({ command, files, fails })
  const judged = (step: keyof typeof judgedBy): Verifier<Lesson> => {
    const goal = `${judgedBy[step].goal}: ${concept} It is for ${level}.`
    const rubric = { level: 'Nothing in it is too advanced for them, and every new word is explained.', ...judgedBy[step].rubric }
    return verify.judge({ models: judges, goal, rubric, show: (made) => Object.values(made).join('\n\n') })
  }
  const length = ({ explanation }: Lesson) => broken({ name: 'length', maxWords: words }, explanation)
  const solution = ({ hint }: Lesson) => givenAway(hint, done.answer, done.starter)
  const answered = runs(at.test, (made) => ({ [tests]: made.tests, [answer]: made.answer }))
  const unanswered = runs(at.test, (made) => ({ [tests]: made.tests, [answer]: done.starter }), true)
  const steps: [name: string, pieces: (keyof Lesson)[], check: Verifier<Lesson>][] = [
    ['concept', ['explanation'], verify.all(verify.rules({ length }), judged('concept'))],
    [
      'example',
      ['example'],
      verify.all(
        runs(at.runExample, (made) => ({ [example]: made.example })),
        judged('example'),
      ),
    ],
    [
      'practice',
      ['task', 'starter'],
      verify.all(
        runs(at.load, (made) => ({ [answer]: made.starter })),
        judged('practice'),
      ),
    ],
    ['solution', ['tests', 'answer'], verify.all(answered, unanswered)],
    ['hint', ['hint'], verify.all(verify.rules({ solution }), judged('hint'))],
  ]
  const write = async (piece: keyof Lesson, made: Lesson, attempt: Attempt<Lesson>) => {
    const system = `You write a lesson for ${level}. Its concept: ${concept} Code is ${at.form}. Answer with what is asked for alone.`
    const seen = asks[piece].sees.map((name) => ({ name, text: { ...done, ...made }[name] }))
    const previous = [...seen, { name: 'So far', text: improving(attempt) || '(nothing)' }]
    const prompt = piece === 'explanation' ? `${asks[piece].prompt} Use at most ${words} words.` : asks[piece].prompt
    return unfenced((await stage({ name: piece, models, system, prompt, previous })).text)
  }
  for (const [name, pieces, verifier] of steps) {
    const propose = async (attempt: Attempt<Lesson>) => {
      const made = {} as Lesson
      for (const piece of pieces) made[piece] = await write(piece, made, attempt)
      return made
    }
    const { value, best: _, ...rest } = await loop<Lesson>({ name, limits, propose, verify: verifier })
    if (value === undefined) return { ...rest, why: `Step ${name}: ${rest.why}` }
    Object.assign(done, value)
  }
  return finish.accepted(done, `All ${steps.length} steps are done.`)
}

/** The code of an answer that is one block of code. */
function unfenced(text: string): string {
  return /^\s*```[^\n]*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text
}
