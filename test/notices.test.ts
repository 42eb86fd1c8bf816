import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { webhookSignature } from '../activities/people/webhook-signature.ts'
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WorkflowHandle } from '@temporalio/client'
import { type Gate, type Status } from '../contract/messages.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { until } from './support/until.ts'

interface Delivery {
  headers: Record<string, string | string[] | undefined>
  body: string
  said: { type: string; id: string; data: { run: string; question: string; text: string; answer: string; link: string; to?: string } }
}

const key = Buffer.from('a key of the receiver, of some length')
const secret = `whsec_${key.toString('base64')}`
let receiver: Server
/** What the receiver answers, one after the other; then 204. */
const answers: number[] = []
const deliveries: Delivery[] = []
let handed: string
let told: CoreBench
let untold: CoreBench

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      deliveries.push({ headers: request.headers, body, said: JSON.parse(body) as Delivery['said'] })
      response.writeHead(answers.shift() ?? 204).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(join(tmpdir(), 'notices-'))
  handed = join(folder, 'handed')
  const program = join(folder, 'hand.sh')
  writeFileSync(program, `#!/bin/sh\ncat >> '${handed}'\necho >> '${handed}'\n`)
  chmodSync(program, 0o755)
  told = await openBench('./workflows/gates.ts', {
    PATH: process.env['PATH'] ?? '',
    LOOPWRIGHT_NOTIFY_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
    LOOPWRIGHT_NOTIFY_SECRET: secret,
    LOOPWRIGHT_NOTIFY_COMMAND: program,
    LOOPWRIGHT_URL: 'https://loops.example',
  })
  untold = await openBench('./workflows/gates.ts')
}, 120_000)
afterAll(async () => {
  await told.close()
  await untold.close()
  receiver.closeAllConnections()
  receiver.close()
})

const deliveriesOf = (run: WorkflowHandle) => deliveries.filter(({ said }) => said.data.run === run.workflowId)
const eventsIn = async (run: WorkflowHandle, name: string) =>
  ((await run.fetchHistory()).events ?? []).filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === name)
    .length

async function decide(run: WorkflowHandle): Promise<unknown> {
  const [gate] = await until(
    () => run.query<Gate[]>('gates'),
    (gates) => gates.length > 0,
  )
  return run.executeUpdate('decide', { args: [{ gate: gate!.gate, digest: gate!.digest, answer: 'yes' }] })
}

test('who is told of a question is told again with the same id until it is heard, by a signed request and by a command', async () => {
  answers.push(500, 503)
  const run = await told.start('asking', { gates: [{ kind: 'confirm', question: 'Merge it?', show: { amount: 5, to: ['ada'] } }] })
  const heard = await until(
    () => deliveriesOf(run),
    (all) => all.length === 3,
  )
  expect(new Set(heard.map(({ said }) => said.id)).size).toBe(1)
  const [{ headers, body, said }] = heard as [Delivery]
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  expect(said).toMatchObject({
    type: 'gate.opened',
    id: headers['webhook-id'],
    data: {
      question: 'Merge it?',
      text: 'amount: 5\nto:\n  1: ada',
      link: 'https://loops.example',
      answer: expect.stringMatching(/^loopwright decide \S+ yes\|no\|stop --digest [0-9a-f]{12}$/),
    },
  })
  const line = await until(
    () =>
      existsSync(handed)
        ? readFileSync(handed, 'utf8')
            .split('\n')
            .find((one) => one.includes(run.workflowId))
        : undefined,
    (found) => found !== undefined,
  )
  expect(JSON.parse(line!)).toMatchObject({ type: 'gate.opened', data: { run: run.workflowId } })
  expect(await decide(run)).toMatchObject({ accepted: true })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
}, 120_000)

test('reminders and whoever is asked next are told of, too, and nothing twice when the run continues as new', async () => {
  const deadline = [
    { minutes: 0.02, then: 'remind' },
    { minutes: 0.04, then: { to: 'the lead' } },
  ]
  const others = ['Ready?', 'Set?'].map((question) => ({ kind: 'confirm', question }))
  const run = await told.start('asking', { gates: [{ kind: 'confirm', question: 'Late?', deadline }, ...others] }, { seamEvery: 1 })
  const types = () => deliveriesOf(run).flatMap(({ said }) => (said.data.question === 'Late?' ? [said.type] : []))
  await until(types, (seen) => seen.length >= 3)
  await until(
    () => new Set(deliveriesOf(run).map(({ said }) => said.id)).size,
    (ids) => ids === 5,
  )
  for (const { gate, digest, question } of await run.query<Gate[]>('gates'))
    if (question !== 'Late?') await run.executeUpdate('decide', { args: [{ gate, digest, answer: 'yes' }] })
  await until(
    async () => (await run.query<Status>('status')).continued,
    (continued) => continued > 0,
  )
  const late = (
    await until(
      () => run.query<Gate[]>('gates'),
      (open) => open.length === 1,
    )
  )[0]!
  expect(late).toMatchObject({ to: 'the lead', reminders: 1 })
  await run.executeUpdate('decide', { args: [{ gate: late.gate, digest: late.digest, answer: 'yes' }] })
  expect(await run.result()).toMatchObject({ status: 'accepted' })
  const ids = new Set(deliveriesOf(run).map(({ said }) => `${said.data.question} ${said.type} ${said.id}`))
  expect([...ids].map((id) => id.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
    'Late? gate.escalated',
    'Late? gate.opened',
    'Late? gate.reminder',
    'Ready? gate.opened',
    'Set? gate.opened',
  ])
}, 120_000)

test('a receiver that refuses, and one that is not configured, delays no answer; without one nothing of it is in the history', async () => {
  answers.push(400)
  const refused = await told.start('asking', { gates: [{ kind: 'confirm', question: 'Refused?' }] })
  const said = (status: Status) => status.lines.map(({ text }) => text)
  expect(
    await until(
      async () => said(await refused.query<Status>('status')),
      (lines) => lines.length > 0,
    ),
  ).toEqual(['nobody could be told: the address of notices answers 400'])
  expect(deliveriesOf(refused)).toHaveLength(1)
  expect(await decide(refused)).toMatchObject({ accepted: true })
  expect(await refused.result()).toMatchObject({ status: 'accepted' })
  const quiet = await untold.start('asking', { gates: [{ kind: 'confirm' }] })
  expect(await decide(quiet)).toMatchObject({ accepted: true })
  await quiet.result()
  expect(await eventsIn(quiet, 'notify')).toBe(0)
}, 120_000)

test('a request is signed as the published example of Standard Webhooks is, and by a plain text as before', () => {
  const [id, timestamp, body] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}'] as const
  const published = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  expect(webhookSignature('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id, timestamp, body)).toBe(published)
  const plain = createHmac('sha256', 'plain').update(`${id}.${timestamp}.${body}`).digest('base64')
  expect(webhookSignature('plain', id, timestamp, body)).toBe(`v1,${plain}`)
  for (const bad of ['whsec_', 'whsec_not base64!'])
    expect(() => webhookSignature(bad, id, timestamp, body)).toThrow('what follows is no base64')
})
