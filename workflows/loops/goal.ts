import { panelOf } from '../../contract/judges.ts'
import { type Goal } from '../../contract/loops/goal.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { receiptOf, WorkReceipt } from '../../contract/review.ts'
import { jsonSchema } from '../../contract/tools.ts'
import { type Patch } from '../../contract/workspace.ts'
import { agent, finishing, gate, loop, openWorkspace, tools, verify } from '../core/index.ts'

/** Works towards criteria that nobody can change, until the project's own tests pass and a quorum of reviewers, who look for themselves, agrees. */
export async function goal({
  repo,
  test,
  objective,
  criteria,
  models,
  reviewers = panelOf(models, 3),
  ...rest
}: Goal): Promise<Outcome<Patch>> {
  const { quorum = Math.floor(reviewers.length / 2) + 1, turns, approve, limits, fallback, setup, allowRun, ...rules } = rest
  const workspace = await openWorkspace(repo, { test, allowRun, setup })
  const useful = [...workspace.tools.filter(({ name }) => name !== 'finish'), ...tools(...rules.tools), finishing(jsonSchema(WorkReceipt))]
  const outcome = await loop<Patch>({
    limits,
    fallback,
    baseline: await workspace.patch(),
    propose: async (attempt) => {
      const worked = await agent({ name: 'work', goal: told({ objective, criteria, test }), models, tools: useful, turns, ...attempt })
      return { ...(await workspace.patch()), receipt: receiptOf(worked) }
    },
    verify: async (patch, before) => {
      const tested = await verify.tests({ workspace, patch, command: test, ...rules })
      return verify.review({ workspace, patch, tests: tested, objective, criteria, reviewers, quorum, before })
    },
    approve: approve && ((patch) => gate({ kind: 'confirm', question: `Accept this patch to ${repo}?`, show: patch })),
  })
  return workspace.deliver(outcome, { goal: objective })
}

function told({ objective, criteria, test }: Pick<Goal, 'objective' | 'criteria' | 'test'>): string {
  return [
    objective,
    `It is done when all of this is true, by id:\n${criteria.map(({ id, text }) => `- ${id}: ${text}`).join('\n')}`,
    `The project's own tests (${test}) must pass.`,
    'The arguments of finish are your receipt: of every criterion, whether it is met now, and what shows it. Others look for themselves. Say false where something is left or in the way.',
  ].join('\n\n')
}
