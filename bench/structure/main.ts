/**
 * Does structure pay? A scripted model that makes stated mistakes does three tasks in three ways: `npm run bench:structure -- --seed 1`. The table goes to
 * docs/structure-pays.md with --write. The same seed gives the same table.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import { type Outcome } from '../../contract/outcome.ts'
import { startScriptedServer } from '../../testing/index.ts'
import { bundleWorkflows, dataConverter, startServer, startWorker } from '../../workers/index.ts'
import { openStore } from '../../store/open.ts'
import { endingAlso } from '../interrupted.ts'
import { cheapModel } from './cheap-model.ts'
import { code } from './code.ts'
import { extraction } from './extraction.ts'
import { cellOf, row, tableHead, type Try } from './table.ts'
import { type Task, type Way, ways } from './task.ts'
import { writing } from './writing.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, tries: { type: 'string', default: '200' }, write: { type: 'boolean' } },
})
const atOnce = 10
const folder = mkdtempSync(join(tmpdir(), 'loopwright-structure-'))
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const plays = new Map<string, ReturnType<typeof cheapModel>>()
const opening = startServer({ stateFolder: join(folder, 'server'), ui: false })
const model = await startScriptedServer({ script: (request) => plays.get(request.model)!(request), keep: 1 })
const environment = { ...process.env, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'none' }
const { address } = await opening
const bundle = await bundleWorkflows(fileURLToPath(new URL(`workflows.${extension}`, import.meta.url)))
const worker = await startWorker({ address, taskQueue: 'structure', stateFolder: folder, bundle, environment, hearSignals: false })
const running = worker.run()
const connection = await Connection.connect({ address })
const client = new Client({ connection, dataConverter: dataConverter(openStore(undefined, folder)) })

await endingAlso(bench, async () => {
  worker.shutdown()
  await running
  await connection.close()
  await model.close()
  await (await opening).stop()
  rmSync(folder, { recursive: true, force: true })
})

async function bench(): Promise<void> {
  const lines = [tableHead]
  console.log(tableHead)
  for (const task of [extraction, writing, code]) {
    for (const way of ways) {
      const line = row(task, way, cellOf(await tries(task, way)))
      console.log(line)
      lines.push(line)
    }
  }
  if (values.write) write(lines.join('\n'))
}

async function tries(task: Task, way: Way): Promise<Try[]> {
  const count = Math.min(Number(values.tries), task.tries ?? Infinity)
  const done: Try[] = []
  for (let first = 1; first <= count; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - first + 1) }, (_, index) => first + index)
    done.push(...(await Promise.all(numbers.map((number) => once(task, way, number)))))
  }
  return done
}

async function once(task: Task, way: Way, number: number): Promise<Try> {
  const name = `${task.name} ${way} ${number}`.replaceAll(/\W+/g, '-')
  let calls = 0
  const play = cheapModel(task, way, `${values.seed} ${task.name} ${number}`)
  plays.set(name, (request) => {
    calls++
    return play(request)
  })
  const { workflow, input } = task.start(way)
  const args: [object] = [{ ...input, models: `openai/${name}` }]
  const outcome = (await client.workflow.execute(workflow, { taskQueue: 'structure', workflowId: name, args })) as Outcome<unknown>
  const accepted = outcome.status === 'accepted'
  return { accepted, right: accepted && task.isRight(outcome.value, way), calls, tokens: outcome.spent.tokens }
}

/** Puts the table between its marks. */
function write(text: string): void {
  const page = resolve('docs/structure-pays.md')
  const [begin, end] = ['<!-- structure -->', '<!-- /structure -->']
  const [head, rest] = readFileSync(page, 'utf8').split(begin)
  const tail = rest?.split(end)[1]
  if (head === undefined || tail === undefined) throw new Error(`${page} has no ${begin} … ${end}, so the table was only printed.`)
  writeFileSync(page, `${head}${begin}\n${text}\n${end}${tail}`)
}
