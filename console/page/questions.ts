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
  show(api, shown, question.show)
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

/** A patch is shown as its diff, everything else as it is. */
function show(api: Api, place: HTMLElement, what: unknown): void {
  const diff = (what as { diff?: { sha256?: unknown } } | null)?.diff?.sha256
  if (typeof diff !== 'string' || !/^[0-9a-f]{64}$/.test(diff))
    return text(place, typeof what === 'string' ? what : JSON.stringify(what, null, 2))
  text(place, 'Reading the diff …')
  api.text(`/artifacts/${diff}`).then(
    (patch) => place.replaceChildren(...patch.split('\n').map(diffLine)),
    (problem: unknown) => text(place, `The diff cannot be shown: ${problem instanceof Error ? problem.message : String(problem)}`),
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
