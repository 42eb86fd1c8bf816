import { execFileSync } from 'node:child_process'
import { type Finding, type Review } from '../../contract/review.ts'
import { type Reply, type ScriptedRequest, scriptOfToolCalls, type ScriptedToolCall } from '../../testing/index.ts'
import { brokenSum } from './repository.ts'

/** A project whose tests pass, and which lacks what its criteria ask for. */
export const greenSum = { ...brokenSum, 'sum.js': 'export const add = (a, b) => a + b\nexport const double = (a) => a * 2\n' }

/** What the scripted reviewers speak of. */
export const criteria = [
  { id: 'triples', text: 'triple(a) gives three times a.' },
  { id: 'says-so', text: 'The README names triple.' },
]

export const edit = (search: string, replace: string): ScriptedToolCall => ({
  name: 'edit',
  arguments: { path: 'sum.js', search, replace },
})
export const write = (path: string, content: string): ScriptedToolCall => ({ name: 'write', arguments: { path, content } })
export const read = (path: string): ScriptedToolCall => ({ name: 'read', arguments: { path } })

/** A receipt that claims every criterion, or all but some. */
export function receipt(...undone: string[]): ScriptedToolCall {
  const claims = criteria.map(({ id }) => ({ criterion: id, done: !undone.includes(id), evidence: 'sum.js' }))
  return { name: 'finish', arguments: { summary: 'All of it.', claims } }
}

/** A review that says the same of every criterion. */
export function review(verdict: Review['criteria'][number]['verdict'], findings: Finding[] = []): ScriptedToolCall {
  const seen = criteria.map(({ id }) => ({ criterion: id, verdict, evidence: 'sum.js:3' }))
  return { name: 'finish', arguments: { criteria: seen, findings } }
}

/** Reviewers by what they do; `looks` believes what it reads. */
export const reviewers: Record<string, (request: ScriptedRequest) => Reply> = {
  yes: scriptOfToolCalls([review('proven')]),
  missing: scriptOfToolCalls([review('missing')]),
  unsure: scriptOfToolCalls([review('unverified')]),
  veto: scriptOfToolCalls([
    review('proven', [{ text: 'It deletes files.', confidence: 0.9, priority: 'p0', place: { path: 'sum.js', line: 1 } }]),
  ]),
  unreachable: () => ({ error: { status: 400 } }),
  chats: () => 'Looks good to me, all criteria are proven!',
  // Never brings its arguments into the form that is asked for.
  malformed: () => ({ toolCalls: [{ name: 'finish', arguments: { criteria: 'all proven', findings: 'none' } }] }),
  checks: scriptOfToolCalls([{ name: 'tests' }, review('proven')]),
  looks: (request) => {
    const seen = request.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content))
    const proven = seen[0]?.includes('a * 3') && seen[1]?.includes('triple')
    return scriptOfToolCalls([[read('sum.js'), read('README.md')], review(proven ? 'proven' : 'missing')])(request)
  },
}

export const git = (repo: string, ...args: string[]): string => execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8' }).trim()
