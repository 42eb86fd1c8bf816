import { type TraceRecord } from '../../contract/trace.ts'
import { type Html, html } from './html.ts'
import { recordBlock } from './record.ts'
import { type Room } from './text.ts'

interface Group {
  path: string
  name: string
  entries: (Group | TraceRecord)[]
}

/** What only keeps state is no decision. */
const bookkeeping = new Set(['putArtifacts', 'getArtifacts', 'certify'])

/** The records of a run, nested as its stages nest, in their order. */
export function timeline(room: Room, records: TraceRecord[]): Html {
  const root: Group = { path: '', name: '', entries: [] }
  const open = new Map<string, Group>([['', root]])
  for (const record of records) {
    if (record.kind === 'run' || record.kind === 'end' || (record.kind === 'step' && bookkeeping.has(record.what))) continue
    const path = 'path' in record ? record.path : record.kind === 'decision' ? record.gate : ''
    groupOf(open, path.slice(0, Math.max(path.lastIndexOf('/'), 0))).entries.push(record)
  }
  return html`${root.entries.map((entry) => block(room, entry))}`
}

function groupOf(open: Map<string, Group>, path: string): Group {
  const known = open.get(path)
  if (known) return known
  const slash = path.lastIndexOf('/')
  const group: Group = { path, name: path.slice(slash + 1), entries: [] }
  open.set(path, group)
  groupOf(open, path.slice(0, Math.max(slash, 0))).entries.push(group)
  return group
}

function block(room: Room, entry: Group | TraceRecord): Html {
  if (!('entries' in entry)) return recordBlock(room, entry, nameOf(entry))
  const inner = entry.entries.map((one) => block(room, one))
  // Attempts are what people look for; turns are opened when they matter.
  const unfolded = /^(loop|attempt|baseline)#/.test(entry.name) ? html` open` : html``
  return html`<details${unfolded}><summary><b>${entry.name.replace('#', ' ')}</b> <span class="side">${verdictOf(entry)}</span></summary>${inner}</details>`
}

function nameOf(record: TraceRecord): string {
  if ('path' in record) return record.path.slice(record.path.lastIndexOf('/') + 1).replace('#', ' ')
  return record.kind
}

/** How a group ended, as its last tests say. */
function verdictOf({ entries }: Group): string {
  const tests = entries.findLast((entry) => 'kind' in entry && entry.kind === 'tests')
  if (!tests || !('kind' in tests) || tests.kind !== 'tests' || tests.accepted === undefined) return ''
  return tests.accepted ? 'nothing objects' : `${tests.objections?.length ?? 0} objections`
}
