import { type Json } from '../../contract/json.ts'
import { type Cost, type Quoted, type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { brief, visible } from '../../contract/visible.ts'

/** The text of a quotation, or the note that the store has lost it. */
export function textOf(quoted: Quoted | undefined): string {
  if (quoted === undefined) return ''
  if (typeof quoted === 'string') return quoted
  return quoted.text ?? (quoted.missing ? `(not in the artifact store: ${quoted.sha256})` : `(${quoted.bytes} bytes: ${quoted.sha256})`)
}

/** A call's price for people: unknown is said, and so is what was charged without a reply. */
export function costText({ input, output, microDollars, charged }: Cost): string {
  if (charged === 'nothing') return 'not charged'
  if (charged === 'open') return 'not settled yet'
  const price = microDollars === null ? 'price unknown' : money(microDollars)
  return `${input} + ${output} tokens, ${price}${charged === 'whole' ? ', charged whole: no reply came' : ''}`
}

/** Micro-dollars as dollars with all their places. */
export function money(microDollars: number): string {
  return `$${(microDollars / 1e6).toFixed(6).replace(/0{1,4}$/, '')}`
}

/** One record in a line for people, without its path and time. */
export function headline(record: TraceRecord): string {
  return visible(line(record))
}

function line(record: TraceRecord): string {
  switch (record.kind) {
    case 'run':
      return `${record.run}: ${record.workflow} ${brief(JSON.stringify(record.input), 200)}`
    case 'model':
      return `${record.model}: ${record.error ? brief(record.error.message) : says(record)} (${costText(record.cost)})`
    case 'tool':
      return `${record.tool} ${brief(argumentsText(record.arguments))}${record.failed ? ': refused' : ''}${record.happened ? `: ${record.happened}` : ''}${ruled(record)}`
    case 'tests':
      return `${record.command.join(' ')}: ${verdictText(record)}`
    case 'candidate':
      return `candidate ${record.commit.slice(0, 10)}: ${record.files.join(', ') || 'no change'} (+${record.added} −${record.removed})`
    case 'step':
      return brief(record.text ?? record.what)
    case 'decision':
      return decisionText(record)
    case 'message':
      return `${record.by} sent ${record.message}: ${brief(typeof record.content === 'string' ? record.content : JSON.stringify(record.content))}${refusal(record)}`
    case 'continued':
      return `the run continued as new (execution ${record.execution})`
    case 'end':
      return `${record.status}${record.reason ? ` (${record.reason})` : ''}: ${record.why}`
  }
}

/** By which rule of a policy that somebody wrote. */
function ruled({ rule, policy, approved }: TraceOf<'tool'>): string {
  return rule === undefined || (policy === undefined && approved === undefined)
    ? ''
    : ` (rule ${rule}${approved === undefined ? '' : ', agreed to'})`
}

function says({ thought, said, calls, status }: TraceOf<'model'>): string {
  if (status !== 'done') return status
  const names = Array.isArray(calls) ? calls.map((call) => nameOf(call)) : []
  const text = brief(textOf(said), 80)
  const why = text ? `“${text}”` : brief(textOf(thought), 80) && `thinks “${brief(textOf(thought), 80)}”`
  return [...(why ? [why] : []), ...(names.length > 0 ? [`calls ${names.join(', ')}`] : [])].join(', ') || 'nothing'
}

function nameOf(call: Json): string {
  return typeof call === 'object' && call !== null && !Array.isArray(call) && typeof call['name'] === 'string'
    ? brief(call['name'], 60)
    : '?'
}

/** What a call is about: its path or command where it has one. */
function argumentsText(given: Json): string {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return JSON.stringify(given)
  const about = given['path'] ?? given['command'] ?? given['pattern']
  return typeof about === 'string' ? about : JSON.stringify(given)
}

function verdictText({ accepted, objections = [], baseline, status, counts }: TraceOf<'tests'>): string {
  if (accepted === undefined) return status
  const found = counts ? ` (${counts['passed'] ?? 0} passed, ${counts['failed'] ?? 0} failed)` : ''
  if (accepted) return `nothing objects${found}`
  const shown = objections.slice(0, 3).map(({ id }) => brief(id))
  const more = objections.length > 3 ? ` and ${objections.length - 3} more` : ''
  return `${baseline ? 'before any change ' : ''}${objections.length === 1 ? '1 objection' : `${objections.length} objections`}: ${shown.join('; ')}${more}${found}`
}

function decisionText(record: TraceOf<'decision'>): string {
  const { by, answer, note, question, gate } = record
  return `${by} answered ${answer} to ${question === undefined ? gate : `“${brief(question)}”`}${note ? `: ${brief(note)}` : ''}${refusal(record)}`
}

function refusal({ accepted, reason }: { accepted: boolean | null; reason?: string | undefined }): string {
  return accepted === false ? ` — refused: ${brief(reason ?? '')}` : ''
}
