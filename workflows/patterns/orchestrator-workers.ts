import { z } from 'zod'
import { type Outcome } from '../../contract/outcome.ts'
import { type Orchestrated, type OrchestratorWorkers } from '../../contract/patterns/orchestrator-workers.ts'
import { attempted, finish, parallel, stage } from '../core/index.ts'

/** A model divides a goal into tasks for declared workers, who work side by side; a plan with any other worker is refused, and the model told. */
export async function orchestratorWorkers({ goal, workers, tasks: most, models }: OrchestratorWorkers): Promise<Outcome<Orchestrated>> {
  const names = Object.keys(workers)
  const Plan = z.object({
    tasks: z
      .array(z.object({ worker: z.enum(names), task: z.string().min(1) }))
      .min(1)
      .max(most),
  })
  const there = names.map((name) => `- ${name}: ${workers[name]!.does}`).join('\n')
  const prompt = `Divide this goal into at most ${most} tasks for these workers, and no others. Each must be understood by itself.\n${there}\n\nThe goal: {previous}`
  const { value: plan } = await stage({ name: 'plan', models, prompt, previous: goal, schema: Plan })
  const done = await parallel(
    plan.tasks.map(({ worker, task }) => async () => {
      const { prompt: asked, models: own = models } = workers[worker]!
      const one = await attempted(() => stage({ name: worker, models: own, prompt: asked, previous: task }))
      return 'failed' in one ? { worker, task, failed: one.failed } : { worker, task, text: one.done.text }
    }),
  )
  const failed = done.filter((one) => 'failed' in one)
  if (failed.length === done.length) return finish.stopped('error', `None of the ${done.length} tasks was done: ${failed[0]?.failed ?? ''}`)
  const work = done.map(
    ({ worker, task, ...one }) => `## ${worker}: ${task}\n${'failed' in one ? `(This could not be done: ${one.failed})` : one.text}`,
  )
  const { text } = await stage({
    name: 'synthesis',
    models,
    prompt: `Put this together for the goal: ${goal}`,
    previous: work.join('\n\n'),
  })
  const why =
    failed.length === 0
      ? `All ${done.length} tasks are done.`
      : `${done.length - failed.length} of ${done.length} tasks are done; failed: ${failed.map(({ task }) => task).join('; ')}.`
  return finish.accepted({ text, tasks: done }, why)
}
