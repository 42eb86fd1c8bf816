import { type ScriptedRequest, scriptOfToolCalls } from '../../testing/index.ts'
import { makeRepository } from '../support/repository.ts'
import { type LoopFixture } from './fixture.ts'

/** Two tests that take no time; each looks for a word. */
const files = {
  'words.txt': 'one, too\n',
  'check.sh': `failed=0
read -r words < words.txt
look() { case "$words" in *$2*) echo "ok $1 - has $2" ;; *) echo "not ok $1 - has $2"; failed=1 ;; esac; }
echo 1..2
look 1 two
look 2 three
exit $failed
`,
}
const edit = (search: string, replace: string) => ({ name: 'edit', arguments: { path: 'words.txt', search, replace } })
const finish = { name: 'finish', arguments: { answer: 'done' } }
/** How often the model has edited, and how often it was told that its work is rejected. */
const seen = ({ messages }: ScriptedRequest) => ({
  edits: messages.filter(({ tool_calls: calls }) => calls?.some((call) => call.function.name === 'edit')).length,
  rejected: messages.filter(({ role, content }) => role === 'user' && String(content).includes('was verified and rejected')).length,
})

let repo: string | undefined

export const testAndFix: LoopFixture = {
  name: 'testAndFix',
  // One repository for all runs: the same commit gives the same packs, and nobody writes to it.
  input: () => ({ repo: (repo ??= makeRepository(files)), test: 'sh check.sh', report: 'tap', reruns: 0 }),
  accepts: () => scriptOfToolCalls([edit('too', 'two'), edit('two', 'two, three'), finish]),
  never: () => () => 'It is all fine already.',
  wavers: () => (request) => {
    const { edits, rejected } = seen(request)
    if (rejected === 1 && edits === 0) return { toolCalls: [edit('too', 'two')] }
    return { toolCalls: [rejected === 2 && edits === 1 ? edit('two', 'too') : finish] }
  },
  objection: /Your last attempt was verified and rejected[\s\S]*has three/,
  tokens: 12_000,
  slow: true,
  lacks: {},
}
