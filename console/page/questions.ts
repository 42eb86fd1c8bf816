import { type Api } from './api.ts'
import { ago, byId, keep, make, text } from './draw.ts'
import { valueField } from './value-field.ts'

/** An open question, as the API tells it. */
export interface Question {
  run: string
  gate: string
  kind: 'confirm' | 'input' | 'select' | 'editor' | 'form'
  question: string
  show: unknown
  /** It in words: lines, and what lies in the artifact store. */
  shown: ({ text: string } | { kept: { sha256: string }; is: 'text' | 'diff'; indent: number })[]
  digest: string
  since: number
  options?: string[]
  many?: boolean
  schema?: object
  needs?: { roles?: string[]; quorum?: { yes: number; of: number }; notRequester?: boolean; verified?: boolean }
  to?: string
  due?: number
  voices?: { by: string; answer: string; note?: string }[]
}

interface Me {
  name: string
  roles: string[]
  vouched: boolean
}

/** Draws the open questions, oldest first. */
export function drawQuestions(api: Api, me: Me, questions: Question[]): void {
  text(
    byId('questions-count'),
    questions.length === 0
      ? 'Nobody is asked anything.'
      : questions.length === 1
        ? '1 open question'
        : `${questions.length} open questions`,
  )
  // A question about something else is another one: nobody answers what they have not seen.
  keep(byId('questions'), questions, keyOf, (question) => draw(api, me, question), update)
}

const keyOf = ({ run, gate, digest }: Question) => `${run} ${gate} ${digest}`

function draw(api: Api, me: Me, question: Question): HTMLElement {
  const { run, digest } = question
  const title = make('h3', { id: `title-${digest}-${run}` }, question.question)
  const shown = make('pre', { tabindex: '0', role: 'region', 'aria-label': 'What is shown' })
  void show(api, shown, question.shown)
  const id = `question-${run}-${digest.slice(0, 12)}`
  const link = make('a', { href: `#${encodeURIComponent(id)}` }, run)
  return make(
    'article',
    { id, tabindex: '-1', 'aria-labelledby': title.id },
    title,
    make('p', { class: 'about' }, link, ', asked ', make('span', { class: 'age' }), ' ago'),
    ...who(question, me),
    shown,
    make('ul', { class: 'voices', 'aria-label': 'What was said so far' }),
    answerForm(api, question),
  )
}

function update(element: HTMLElement, { since, voices = [] }: Question): void {
  text(element.querySelector('.age')!, ago(since))
  const list = element.querySelector('.voices')!
  const lines = voices.map(({ by, answer, note }) => `${by}: ${answer}${note ? `, ${note}` : ''}`)
  keep(
    list,
    lines,
    (line) => line,
    (line) => make('li', {}, line),
    () => {},
  )
  ;(list as HTMLElement).hidden = lines.length === 0
}

/** Who may answer, and whether this page can prove that it is them. */
function who({ needs, to }: Question, { roles, vouched }: Me): HTMLElement[] {
  const lines = [
    ...(to ? [`Asked now: ${to}.`] : []),
    ...(needs?.roles
      ? [`Needs the role ${needs.roles.join(' or ')}${needs.roles.some((role) => roles.includes(role)) ? '' : ', which you do not have'}.`]
      : []),
    ...(needs?.quorum ? [`${needs.quorum.yes} of ${needs.quorum.of} must agree.`] : []),
    ...(needs?.notRequester ? ['Not for whoever asked for the run.'] : []),
    ...(needs && !vouched ? ['It wants proof of who answers, and this server has no LOOPWRIGHT_GRANT_KEY to vouch with.'] : []),
  ]
  return lines.map((line) => make('p', {}, line))
}

/** Draws what is shown in its order, once what is kept has been read. */
async function show(api: Api, place: HTMLElement, parts: Question['shown']): Promise<void> {
  text(place, 'Reading …')
  place.replaceChildren(...(await Promise.all(parts.map((part) => partLines(api, part)))).flat())
}

async function partLines(api: Api, part: Question['shown'][number]): Promise<HTMLElement[]> {
  if ('text' in part) return [make('span', {}, `${part.text}\n`)]
  const { kept, is, indent } = part
  try {
    const lines = visible(await api.text(`/artifacts/${kept.sha256}`))
      .trimEnd()
      .split('\n')
    return is === 'diff' ? lines.map(diffLine) : lines.map((line) => make('span', {}, `${' '.repeat(indent)}${line}\n`))
  } catch (problem) {
    return [make('span', {}, `The ${is} cannot be shown: ${problem instanceof Error ? problem.message : String(problem)}\n`)]
  }
}

/** As the server writes what it sends itself: what would turn the direction of a text, or hide, is written as its number. */
function visible(kept: string): string {
  return kept.replaceAll(
    /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  )
}

function diffLine(line: string): HTMLElement {
  const kind = /^\+(?!\+\+ )/.test(line) ? 'added' : /^-(?!-- )/.test(line) ? 'removed' : 'same'
  return make('span', { class: kind }, `${line}\n`)
}

const words = { yes: 'Yes', no: 'No', stop: 'Stop the run' } as const

function answerForm(api: Api, question: Question): HTMLElement {
  const { run, gate, digest } = question
  const id = crypto.randomUUID()
  const value = valueField(question, `value-${id}`)
  const note = make('textarea', { id: `note-${id}`, rows: '2', maxlength: '8000' })
  const said = make('p', { class: 'said', role: 'status' })
  const answers = Object.entries(words).map(([answer, word]) => make('button', { type: 'submit', class: answer, value: answer }, word))
  const form = make(
    'form',
    { 'aria-label': `Answer: ${question.question}` },
    ...value.elements,
    make('label', { for: note.id }, 'Note (why; after a no it is what the next attempt reads)'),
    note,
    ...answers,
    said,
  )
  const send = async (answer: string) => {
    const brought = answer === 'yes' ? value.read() : undefined
    const body = {
      gate,
      digest,
      answer,
      id: crypto.randomUUID(),
      ...(note.value.trim() ? { note: note.value.trim() } : {}),
      ...(brought === undefined ? {} : { value: brought }),
    }
    const heard = await api.post<{ accepted: boolean; reason?: string }>(`/runs/${encodeURIComponent(run)}/decide`, body)
    if (heard.accepted) return text(said, 'Accepted.')
    throw new Error(heard.reason ?? 'no reason given')
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const answer = (event.submitter as HTMLButtonElement | null)?.value ?? ''
    if (!(answer in words)) return text(said, 'Choose one of the buttons.')
    for (const button of answers) button.disabled = true
    text(said, 'Sending …')
    void send(answer)
      .catch((problem: unknown) => text(said, `Not accepted: ${problem instanceof Error ? problem.message : String(problem)}`))
      .finally(() => {
        for (const button of answers) button.disabled = false
      })
  })
  return form
}
