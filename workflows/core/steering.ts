import { type Message } from '../../contract/messages.ts'
import { type Message as ModelMessage } from '../../contract/models.ts'
import { record, recalled } from './recall.ts'
import { type Run } from './run.ts'

/**
 * What people have told this agent since it last listened, as messages for the model: each exactly once, in order, also across continuations. At its end it hears
 * everything that waits: what came while it gave its last answer too. Who verifies hears nobody.
 */
export function hear(run: Run, agent: string, stage: string, when: 'next' | 'end'): ModelMessage[] {
  if (run.open.get(agent)?.kind === 'verify') return []
  const path = `${stage}/hear-${when}`
  const recorded = recalled<ModelMessage[]>(run, path, '')
  if (recorded) return recorded.result
  const due = ({ when: asked }: Message<'steer'>) => asked === when || when === 'end'
  const mine = run.steering.filter((message) => due(message) && (message.stage ?? innermostAgent(run)) === agent)
  run.steering = run.steering.filter((message) => !mine.includes(message))
  const heard = mine.map(({ text, by }): ModelMessage => ({ role: 'user', content: `${by ?? 'A person'} says: ${text}` }))
  record(run, path, '', heard)
  return heard
}

/** The oldest open agent that has no other agent inside. */
function innermostAgent(run: Run): string | undefined {
  const agents = [...run.open.values()].filter(({ kind }) => kind === 'agent').map(({ path }) => path)
  return agents.find((path) => !agents.some((other) => other.startsWith(`${path}/`)))
}
