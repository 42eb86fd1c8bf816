import { panelOf } from '../../contract/judges.ts'
import { type Ralph } from '../../contract/loops/ralph.ts'
import { type Outcome } from '../../contract/outcome.ts'
import { receiptOf, WorkReceipt } from '../../contract/review.ts'
import { jsonSchema } from '../../contract/tools.ts'
import { type Patch } from '../../contract/workspace.ts'
import { agent, finishing, gate, loop, openWorkspace, tools, verify } from '../core/index.ts'

/** Takes up the same work again and again, each time with an empty head: what is known stands in files of the repository. Two reviewers must both approve. */
export async function ralph({ repo, test, models, reviewers = panelOf(models, 2), ...rest }: Ralph): Promise<Outcome<Patch>> {
  const { objective, criteria, plan, notes, turns, approve, limits, fallback, setup, allowRun, ...rules } = rest
  const workspace = await openWorkspace(repo, { test, allowRun, setup })
  const useful = [...workspace.tools.filter(({ name }) => name !== 'finish'), ...tools(...rules.tools), finishing(jsonSchema(WorkReceipt))]
  const reviewed = `${objective}\n${plan} and ${notes} are the worker's own notes, no part of what is wanted.`
  const outcome = await loop<Patch>({
    limits,
    fallback,
    baseline: await workspace.patch(),
    // Neither the conversation nor the best tree is handed on: a round goes on with the files as the last one left them.
    propose: async ({ number, feedback, models: by = models }) => {
      const round = { number, feedback, context: 'fresh' as const }
      const worked = await agent({
        name: 'work',
        goal: told({ objective, criteria, test, plan, notes }),
        models: by,
        tools: useful,
        turns,
        ...round,
      })
      return { ...(await workspace.patch()), receipt: receiptOf(worked) }
    },
    verify: async (patch) => {
      const tested = await verify.tests({ workspace, patch, command: test, ...rules })
      return verify.review({ workspace, patch, tests: tested, objective: reviewed, criteria, reviewers })
    },
    approve: approve && ((patch) => gate({ kind: 'confirm', question: `Accept this patch to ${repo}?`, show: patch })),
  })
  return workspace.deliver(outcome, { goal: objective })
}

function told({ objective, criteria, test, plan, notes }: Pick<Ralph, 'objective' | 'criteria' | 'test' | 'plan' | 'notes'>): string {
  return [
    objective,
    `It is done when all of this is true, by id:\n${criteria.map(({ id, text }) => `- ${id}: ${text}`).join('\n')}`,
    `The project's own tests (${test}) must pass.`,
    `You remember nothing of earlier rounds. Read ${plan} and ${notes} first, where they are there. Without a plan, write one to ${plan}: small steps, in order. Then do the next open step, run the tests, tick it off in ${plan}, and write to ${notes} what the next round should know.`,
    'The arguments of finish are your receipt: of every criterion, whether it is met now, and what shows it. Others look for themselves. Say false where something is left.',
  ].join('\n\n')
}
