import { ApplicationFailure } from '@temporalio/common'
import { splitCommand } from '../../contract/command.ts'
import { type Notice } from '../../contract/notices.ts'
import { shownLines, shownParts } from '../../contract/shown.ts'
import { type Activities } from '../activities.ts'
import { runProcess } from '../process.ts'
import { whileAlive } from '../tools/alive.ts'
import { type World } from '../world.ts'
import { webhookSignature } from './webhook-signature.ts'

type Environment = World['environment']

const timeoutMilliseconds = 10_000
/** Of what a question shows, in a notice. */
const mostLines = 200
const mostCharacters = 500

/** Whether somebody wants to be told of questions to people. */
export function isNotified({ LOOPWRIGHT_NOTIFY_URL: url, LOOPWRIGHT_NOTIFY_COMMAND: command }: Environment): boolean {
  return Boolean(url) || Boolean(command)
}

/** The activity that tells of a question: to an address, signed as Standard Webhooks are, and to a command, as JSON on its standard input. What fails is tried again. */
export function createNotify({ environment, store }: Pick<World, 'environment' | 'store'>): Activities['notify'] {
  return (notice) =>
    whileAlive(async (signal) => {
      const body = JSON.stringify(told(environment, notice, await textOf(store, notice)))
      const { LOOPWRIGHT_NOTIFY_URL: url, LOOPWRIGHT_NOTIFY_COMMAND: command } = environment
      if (url) await post(url, environment['LOOPWRIGHT_NOTIFY_SECRET'], notice.id, body, signal)
      if (command) await hand(environment, command, body, signal)
    })
}

/** What the question shows, in the words of people: a mail may hold so many lines of it. */
async function textOf(store: World['store'], { gate }: Notice): Promise<string> {
  const lines = (await shownLines(shownParts(gate.show), ({ sha256 }) => store.text(sha256))).map(({ text }) =>
    text.slice(0, mostCharacters),
  )
  const more = lines.length - mostLines
  return [...lines.slice(0, mostLines), ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n')
}

/** The question, what it shows, how it is answered from a terminal, and where its page is if there is one. */
function told(environment: Environment, { id, event, run, workflow, gate }: Notice, text: string): object {
  const answer = `loopwright decide ${run} yes|no|stop --digest ${gate.digest.slice(0, 12)}`
  const link = environment['LOOPWRIGHT_URL']
  return {
    type: `gate.${event}`,
    id,
    timestamp: new Date().toISOString(),
    data: { run, workflow, ...gate, text, answer, ...(link ? { link } : {}) },
  }
}

async function post(url: string, secret: string | undefined, id: string, body: string, signal: AbortSignal | undefined): Promise<void> {
  const timestamp = Math.floor(Date.now() / 1_000).toString()
  const signature = secret ? { 'webhook-signature': webhookSignature(secret, id, timestamp, body) } : {}
  const limit = AbortSignal.timeout(timeoutMilliseconds)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp, ...signature },
    body,
    redirect: 'error',
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  })
  await response.body?.cancel()
  if (response.ok) return
  const message = `the address of notices answers ${response.status}`
  // What is wrong with the request itself is wrong the next time, too.
  const final = response.status >= 400 && response.status < 500 && ![408, 425, 429].includes(response.status)
  throw ApplicationFailure.create({ message, type: 'NotNotified', nonRetryable: final })
}

async function hand(environment: Environment, command: string, body: string, signal: AbortSignal | undefined): Promise<void> {
  const known = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap((name) =>
    environment[name] === undefined ? [] : [[name, environment[name]] as const],
  )
  const { exitCode, ended, output } = await runProcess(splitCommand(command), {
    ...{ cwd: process.cwd(), environment: Object.fromEntries(known), input: body, timeoutMilliseconds },
    ...(signal ? { signal } : {}),
  })
  if (exitCode === 0) return
  const message = `the command of notices ended with ${exitCode ?? ended}: ${output.toString().trim().slice(-200)}`
  throw ApplicationFailure.create({ message, type: 'NotNotified' })
}
