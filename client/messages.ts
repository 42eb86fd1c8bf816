import { WorkflowNotFoundError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type MessageAnswer, type MessageInput, type MessageName, messages } from '../contract/messages.ts'
import { ended } from './ended.ts'
import { readFailure } from './failure.ts'
import { checked } from './input.ts'
import { ClientProblem } from './problem.ts'
import { type Server } from './server.ts'

/** One function for each message of the contract's table. */
export type MessageFunctions = {
  [Name in MessageName]: (run: string, message: MessageInput<Name>) => Promise<MessageAnswer>
}

/** How long a worker may take to answer, unless it is said. */
const answerMilliseconds = 30_000

const Answer = z
  .object({ accepted: z.boolean(), reason: z.string().optional() })
  .transform(({ accepted, reason }): MessageAnswer => ({ accepted, ...(reason === undefined ? {} : { reason }) }))

/**
 * Sends a message as an Update and returns what the run says to it.
 * It carries an id, so that sending it again does nothing more; a run that has ended refuses every message.
 */
export async function send(
  server: Server,
  run: string,
  name: MessageName,
  message: unknown,
  waitMilliseconds = answerMilliseconds,
): Promise<MessageAnswer> {
  const fits = checked(messages[name].input, message, name, `loopwright ${name} --help`)
  const id = fits.id ?? randomUUID()
  const handle = server.workflows.getHandle(run)
  const update = () => handle.executeUpdate<unknown, [unknown]>(name, { args: [{ ...fits, id }], updateId: id })
  for (let tries = 1; ; tries++) {
    try {
      return Answer.parse(await server.connection.withDeadline(Date.now() + waitMilliseconds, update))
    } catch (error) {
      const answer = await answerFor(server, run, id, error)
      if (answer) return answer
      // The run has continued as new under the message: the next execution hears it.
      if (tries === 3) throw error
    }
  }
}

async function answerFor(server: Server, run: string, id: string, error: unknown): Promise<MessageAnswer | undefined> {
  if (error instanceof WorkflowUpdateFailedError) return { accepted: false, reason: readFailure(error).message }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    const next = `start a worker with: loopwright worker; then send it again with --id ${id}`
    throw new ClientProblem('NoWorker', 'no worker answered in time; the message may or may not arrive', next, error)
  }
  if (!(error instanceof WorkflowNotFoundError)) throw error
  const description = await server.workflows
    .getHandle(run)
    .describe()
    .catch(() => undefined)
  if (description && !description.closeTime) return undefined
  const { outcome, failure } = await ended(server, run)
  return { accepted: false, reason: `the run has ended: ${outcome?.why ?? failure?.message ?? ''}` }
}
