import { WorkflowNotFoundError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type MessageAnswer, type MessageInput, type MessageName, messages } from '../contract/messages.ts'
import { ended } from './ended.ts'
import { readFailure } from './failure.ts'
import { checked } from './input.ts'
import { ClientProblem } from './problem.ts'
import { isNotReady, type Server } from './server.ts'

/** One function for each message of the contract's table. */
export type MessageFunctions = {
  [Name in MessageName]: (run: string, message: MessageInput<Name>) => Promise<MessageAnswer>
}

/** How long an answer may take, unless it is said. */
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
  const deadline = Date.now() + waitMilliseconds
  for (let pause = 50; ; pause = Math.min(2 * pause, 1_000)) {
    try {
      return Answer.parse(await server.connection.withDeadline(deadline, update))
    } catch (error) {
      const answer = await answerFor(server, run, id, error)
      if (answer) return answer
      if (Date.now() + pause > deadline)
        throw new ClientProblem(
          'TooMany',
          'the run is told more than it hears; the message was not taken',
          `send it again with --id ${id}`,
          error,
        )
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** Undefined when the message was not taken this time, and can be sent again: the run has had as many as it may, or was just continuing as new. */
async function answerFor(server: Server, run: string, id: string, error: unknown): Promise<MessageAnswer | undefined> {
  if (error instanceof WorkflowUpdateFailedError) {
    const { type, message } = readFailure(error)
    return type === 'TooMany' ? undefined : { accepted: false, reason: message }
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    const next = `start a worker with: loopwright worker; then send it again with --id ${id}`
    throw new ClientProblem('NoWorker', 'no worker answered in time; the message may or may not arrive', next, error)
  }
  if (isNotReady(error)) return undefined
  if (!(error instanceof WorkflowNotFoundError)) throw error
  const description = await server.workflows
    .getHandle(run)
    .describe()
    .catch(() => undefined)
  if (description && !description.closeTime) return undefined
  const { outcome, failure } = await ended(server, run)
  return { accepted: false, reason: `the run has ended: ${outcome?.why ?? failure?.message ?? ''}` }
}
