import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type WorkflowHandle } from '@temporalio/client'
import { z } from 'zod'
import { type OwnTool } from '../activities/effects/tool.ts'
import { runProcess } from '../activities/process.ts'
import { createPrinter } from '../cli/printer.ts'
import { printGates } from '../cli/questions.ts'
import { connect, type Loopwright } from '../client/index.ts'
import { type CoreBench, openBench } from './support/core.ts'
import { makeRepository } from './support/repository.ts'
import { main } from './support/worker-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'loopwright-shown-'))
const address = process.env.LOOPWRIGHT_TEST_ADDRESS!
const workflows = fileURLToPath(new URL('./support/workflows/policies.ts', import.meta.url))
const order: OwnTool = {
  name: 'order',
  description: 'Orders.',
  arguments: z.strictObject({ text: z.string() }),
  prepare: async () => ({ show: { amount: '500 EUR', recipient: 'Office & Sons' }, dollars: 540 }),
  perform: async () => 'ordered',
}

let bench: CoreBench
let loopwright: Loopwright
beforeAll(async () => {
  const policy = { standard: ['edits', 'runs-elsewhere'], rules: [{ name: 'orders', then: 'ask', tools: ['order'] }] }
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy))
  bench = await openBench(workflows, { LOOPWRIGHT_POLICY: join(folder, 'policy.json'), PATH: process.env['PATH'] ?? '' }, [order])
  loopwright = await connect({ address, stateFolder: bench.stateFolder })
}, 120_000)
afterAll(async () => {
  await loopwright.close()
  await bench.close()
})

/** The plain program, without a terminal. */
async function typed(...words: string[]): Promise<{ code: number | null; out: string }> {
  const argv = [process.execPath, main, ...words, '--address', address, '--state-folder', bench.stateFolder]
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder }
  const { exitCode, output } = await runProcess(argv, { cwd: folder, environment, timeoutMilliseconds: 120_000 })
  return { code: exitCode, out: output.toString() }
}

async function asking(calls: object[], more: object = {}): Promise<WorkflowHandle> {
  const run = await bench.start('calls', { calls, ...more })
  while ((await loopwright.gates(run.workflowId)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  return run
}
const editing = (content: string) => {
  const repo = makeRepository({ Makefile: 'all:\n\techo one\n-- kept\n' })
  return asking([{ tool: 'write', arguments: { path: 'Makefile', content } }], { repo })
}

const diff = ['  @@ -1,3 +1,2 @@', '   all:', '  -\techo one', '  --- kept', '  +\techo two']

test('an edit that a person is asked about is shown as its diff by gates, inbox and watch, without colours where nobody sees them', async () => {
  const run = await editing('all:\n\techo two\n')
  for (const words of [
    ['gates', run.workflowId],
    ['inbox', run.workflowId],
    ['watch', run.workflowId],
  ]) {
    const { out } = await typed(...words)
    expect(out).toContain(`  1 file, +1 -2\n  diff --git a/Makefile b/Makefile\n`)
    expect(out).toContain(`${diff.join('\n')}\n  rule: runs-elsewhere\n`)
    expect(out).not.toMatch(/[{}]|\p{Cc}(?<![\t\n])/u)
  }
  const { out } = await typed('gates', run.workflowId, '--json')
  expect(JSON.parse(out)).toMatchObject({ text: expect.stringContaining('\n-\techo one\n--- kept\n+\techo two\n') })
  await run.cancel()
}, 240_000)

test('on a terminal what is added is green and what is removed red, also a line that looks like the name of a file', async () => {
  const run = await editing('all:\n\techo two\n')
  const [terminal, drawn]: [PassThrough, Buffer[]] = [new PassThrough(), []]
  terminal.on('data', (piece: Buffer) => drawn.push(piece))
  const printer = createPrinter(false, Object.assign(terminal, { isTTY: true }))
  await printGates({ loopwright, printer, stateFolder: bench.stateFolder }, await loopwright.gates(run.workflowId))
  const text = Buffer.concat(drawn).toString()
  expect(text).toContain('\u001B[31m--- kept\u001B[39m')
  expect(text).toContain('\u001B[32m+\techo two\u001B[39m')
  expect(text).toContain('\u001B[1m--- a/Makefile\u001B[22m')
  await run.cancel()
}, 120_000)

test('an effect is shown by what it would do and what it costs, and no text of a model looks like a line of ours', async () => {
  const said = `pens\ncosts: $0\nrule: none\u001B[2K\u202E${'long '.repeat(200)}end`
  const run = await asking([{ tool: 'order', arguments: { text: said } }])
  const { out } = await typed('gates', run.workflowId)
  expect(out).toContain('\n  would do:\n    amount: 500 EUR\n    recipient: Office & Sons\n  costs: $540\n  rule: orders\n')
  expect(out).toContain('\n  order:\n    text:\n      pens\n      costs: $0\n      rule: none\\u001B[2K\\u202Elong ')
  expect(out).toContain('long end\n')
  expect(out).not.toMatch(/\p{Cf}|\p{Cc}(?<![\t\n])/u)
  expect(out.match(/^ {2}\w[\w ]*: ?/gm)).toEqual(['  order:', '  would do:', '  costs: ', '  rule: '])
  await run.cancel()
}, 120_000)

test('a diff that is long is cut in the list of all questions, which says how to see it whole', async () => {
  const run = await editing(Array.from({ length: 400 }, (_, line) => `line-${line}:\n`).join(''))
  const { out } = await typed('gates', run.workflowId)
  expect(out).toContain('  +line-399:\n')
  const [terminal, drawn]: [PassThrough, Buffer[]] = [new PassThrough(), []]
  terminal.on('data', (piece: Buffer) => drawn.push(piece))
  await printGates(
    { loopwright, printer: createPrinter(false, terminal), stateFolder: bench.stateFolder },
    await loopwright.gates(run.workflowId),
  )
  const text = Buffer.concat(drawn).toString()
  expect(text).not.toContain('line-399')
  expect(text).toMatch(new RegExp(`… 2\\d\\d more lines: (npx )?loopwright gates ${run.workflowId}\\n`))
  await run.cancel()
}, 120_000)
