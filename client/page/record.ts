import { type Told, type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { headline } from '../trace/lines.ts'
import { type Html, html } from './html.ts'
import { coloured, type Room, textBlock } from './text.ts'
import { took } from './words.ts'

/** One record, folded: its line, and everything it knows inside. */
export function recordBlock(room: Room, record: TraceRecord, name: string): Html {
  const time = 'at' in record && record.at !== undefined ? new Date(record.at).toISOString() : ''
  const side = 'milliseconds' in record && record.milliseconds !== undefined ? `${took(record.milliseconds)} · ${time}` : time
  return html`<details class="${tone(record)}">
    <summary><b>${name}</b> ${headline(record)} <span class="side">${side}</span></summary>
    ${inside(room, record)}
  </details>`
}

function tone(record: TraceRecord): string {
  if (record.kind === 'decision' || record.kind === 'message') return 'person'
  if (record.kind === 'tests' && record.accepted !== undefined) return record.accepted ? 'good' : 'bad'
  if (record.kind === 'model' && record.cost.charged === 'whole') return 'lost'
  if (record.kind === 'tool' && record.failed) return 'bad'
  return 'status' in record && ['failed', 'lost'].includes(record.status) ? 'bad' : 'plain'
}

function inside(room: Room, record: TraceRecord): Html {
  const error = 'error' in record && record.error ? html`<p class="objection">${record.error.type}: ${record.error.message}</p>` : html``
  switch (record.kind) {
    case 'model':
      return html`${error}${model(room, record)}`
    case 'tool':
      return html`${error}${json(room, record.arguments)}${rule(record)}${textBlock(room, record.result)}${commits(record.from, record.commit)}`
    case 'tests':
      return html`${error}${tests(room, record)}`
    case 'candidate':
      return html`${commits(record.base, record.commit)}${textBlock(room, record.diff, coloured)}`
    case 'decision':
      return decision(room, record)
    case 'message':
      return json(room, record.content)
    case 'run':
    case 'step':
    case 'continued':
    case 'end':
      return error
  }
}

function rule({ rule: name, policy = 'built-in', approved }: TraceOf<'tool'>): Html {
  if (name === undefined) return html``
  const agreed = approved === undefined ? html`` : html`, agreed to as <code>${approved}</code>`
  return html`<p class="soft">let by the rule <code>${name}</code> of the policy <code>${policy}</code>${agreed}</p>`
}

function model(room: Room, { told, thought, said, calls, before, after, by }: TraceOf<'model'>): Html {
  const heard = told.map(
    (message) =>
      html`<p class="role">${speaker(message)}</p>
        ${content(room, message)}`,
  )
  const continues = before === undefined ? html`` : html`<p class="soft">continues the conversation <code>${before}</code></p>`
  const made =
    Array.isArray(calls) && calls.length > 0
      ? html`<p class="role">and calls</p>
          ${json(room, calls)}`
      : html``
  const mused =
    thought === undefined
      ? html``
      : html`<p class="role">the model thought</p>
          ${textBlock(room, thought)}`
  const replied =
    said === undefined
      ? html``
      : html`<p class="role">the model said</p>
          ${textBlock(room, said)}${made}`
  const now = after === undefined ? html`` : html`<p class="soft">the conversation with it: <code>${after}</code></p>`
  return html`<p class="soft">asked by ${by.name}</p>
    ${continues}${heard}${mused}${replied}${now}`
}

/** Who said a message; what was marked as data is nobody's word. */
function speaker({ role, source }: Told): string {
  if (source !== undefined) return `data from ${source}`
  return role === 'tool' ? 'data from a tool' : `${role} said`
}

/** What a tool answered is shown where the tool was used. */
function content(room: Room, { content: text, role }: Told): Html {
  if (typeof text === 'string' || role !== 'tool') return textBlock(room, text)
  return html`<p class="soft">${text.bytes} bytes, <code>${text.sha256}</code>, shown at the tool</p>`
}

function tests(room: Room, { commit, objections = [], note, tail, evidence = [], sandbox, exitCode }: TraceOf<'tests'>): Html {
  const listed = objections.map(({ id, text }) => html`<li><span class="objection">${id}</span>${textBlock(room, text)}</li>`)
  const kept = evidence.map(({ sha256, bytes }) => html`<p class="soft">evidence: ${bytes} bytes, <code>${sha256}</code></p>`)
  const ended = exitCode === undefined ? '' : `, exit code ${exitCode ?? 'none'}`
  return html`<p class="soft">commit <code>${commit}</code>${ended}, confined by ${sandbox ?? 'unknown'}</p>
    <ul>
      ${listed}
    </ul>
    <p>${note}</p>
    ${textBlock(room, tail)}${kept}`
}

function decision(room: Room, { digest, shown, proven, question, waitedMilliseconds }: TraceOf<'decision'>): Html {
  const proof = proven === true ? 'proven by its digest' : proven === false ? 'NOT what its digest says' : 'known by its digest only'
  const waited = waitedMilliseconds === undefined ? '' : `, open for ${took(waitedMilliseconds)}`
  return html`<p>${question}</p>
    <p class="soft">what was shown is ${proof} <code>${digest}</code>${waited}; who answered is unverified</p>
    ${json(room, shown)}`
}

function commits(from: string | undefined, to: string | undefined): Html {
  return to === undefined || from === undefined ? html`` : html`<p class="soft">from <code>${from}</code> to <code>${to}</code></p>`
}

function json(room: Room, value: unknown): Html {
  return value === undefined || value === null ? html`` : textBlock(room, JSON.stringify(value, null, 2).replaceAll(String.raw`\n`, '\n'))
}
