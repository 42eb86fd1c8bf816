import { type Reply, type ScriptedRequest, scriptOfToolCalls, type ScriptedToolCall } from '../../testing/index.ts'
import { makeRepository } from '../support/repository.ts'
import { type LoopFixture } from './fixture.ts'

/** Three tests that take no time; each looks for a word. */
const files = {
  'words.txt': 'one, too\n',
  'check.sh': `failed=0
read -r words < words.txt
look() { case "$words" in *$2*) echo "ok $1 - has $2" ;; *) echo "not ok $1 - has $2"; failed=1 ;; esac; }
echo 1..3
look 1 one
look 2 two
look 3 three
exit $failed
`,
}
const criteria = [{ id: 'words', text: 'words.txt names all three words.' }]
const claim = { criterion: 'words', done: true, evidence: 'words.txt' }
const finish = { name: 'finish', arguments: { summary: 'The words are there.', claims: [claim] } }
const seen = { criterion: 'words', verdict: 'proven', evidence: 'words.txt:1' }
const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'words.txt', search, replace } })

/** Works as it is told, and reviews whatever is put to it as proven. */
function both(work: (request: ScriptedRequest) => Reply): (request: ScriptedRequest) => Reply {
  const reviews = scriptOfToolCalls([{ name: 'finish', arguments: { criteria: [seen], findings: [] } }])
  return (request) => (request.tools.some(({ name }) => name === 'edit') ? work(request) : reviews(request))
}

/** One call after the other, whatever the conversation. */
function inTurn(calls: ScriptedToolCall[]): (request: ScriptedRequest) => Reply {
  const left = [...calls]
  return () => ({ toolCalls: [left.shift() ?? finish] })
}

let repo: string | undefined

/** What holds for every workflow whose work is tested and reviewed. */
export const reviewed: Omit<LoopFixture, 'name'> = {
  // One repository for all runs: the same commit gives the same packs, and nobody writes to it.
  input: () => ({
    ...{ repo: (repo ??= makeRepository(files)), test: 'sh check.sh', report: 'tap', reruns: 0 },
    ...{ objective: 'The words are complete.', criteria },
  }),
  accepts: () => both(scriptOfToolCalls([edit('too', 'two'), edit('two', 'two, three'), finish])),
  // Takes away the word that was there.
  never: () => both(scriptOfToolCalls([edit('one', 'no'), finish], { toolCalls: [finish] })),
  // No objection comes three times in a row: that would be a block.
  wavers: () => both(inTurn([finish, edit('too', 'three'), finish, edit('one, three', 'two'), finish])),
  objection: /has one/,
  tokens: 12_000,
  slow: true,
  lacks: {},
}
