import { type TestAndFix } from '../../contract/test-and-fix.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { type Patch } from '../../contract/workspace.ts'
import { agent, gate, loop, openWorkspace, tools, verify } from '../core/index.ts'

/** Edits a repository until its own tests pass and, if asked for, a person agrees. */
export async function testAndFix({ repo, test, goal, models, approve, allowRun, limits, ...rest }: TestAndFix): Promise<Outcome<Patch>> {
  const { tools: more, setup, allowTestChanges, allowRunnerCode, reruns, report, fallback } = rest
  const workspace = await openWorkspace(repo, { test, allowRun, setup })
  const useful = [...workspace.tools, ...tools(...more)]
  const outcome = await loop<Patch>({
    limits,
    fallback,
    baseline: await workspace.patch(),
    propose: async (attempt) => {
      await agent({ name: 'fix', goal, models, tools: useful, ...attempt })
      return workspace.patch()
    },
    verify: (patch) => verify.tests({ workspace, patch, command: test, allowTestChanges, allowRunnerCode, reruns, report }),
    approve: approve && ((patch) => gate({ kind: 'confirm', question: `Accept this patch to ${repo}?`, show: patch })),
  })
  return workspace.deliver(outcome, { goal })
}
