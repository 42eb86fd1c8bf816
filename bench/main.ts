import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import { startServer } from '../workers/server.ts'
import { type Contender, startLoopwright, startPlain } from './contenders.ts'
import { breakdown } from './breakdown.ts'
import { endingAlso } from './interrupted.ts'
import { measure } from './lap.ts'
import { type Heat, quick, whole } from './plan.ts'
import { startProgram, stopPrograms } from './processes.ts'
import { type HeatResult, table } from './table.ts'
import { votingTable, wideVoting } from './voting.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    profile: { type: 'string' },
    only: { type: 'string' },
    breakdown: { type: 'boolean' },
  },
})
const all = values.quick ? quick : whole
const plan = all.filter(({ tool, turns, runs }) => `${tool} ${turns} × ${runs}`.startsWith(values.only ?? ''))
const warmUp = { tool: 'write', turns: 5, runs: 4, repeats: 2 } as const
/** Whose parts are told. */
const short = { turns: 10 }
const profile = values.profile === undefined ? undefined : resolve(values.profile)
const folder = mkdtempSync(join(tmpdir(), 'loopwright-bench-'))
const program = fileURLToPath(new URL('model.js', import.meta.url))

const opening = startServer({ stateFolder: join(folder, 'server'), ui: false })
await endingAlso(bench, async () => {
  await stopPrograms()
  await (await opening).stop()
  rmSync(folder, { recursive: true, force: true })
})

async function bench(): Promise<void> {
  const server = await opening
  const connection = await Connection.connect({ address: server.address, channelArgs: { 'grpc.max_receive_message_length': 256e6 } })
  mkdirSync(join(folder, 'state'))
  const model = await startProgram([program], join(folder, 'model.log'))
  const turns = [...new Set([...plan, warmUp, short].map((heat) => heat.turns))]
  const ground = { address: server.address, modelUrl: model.said, folder: join(folder, 'state'), profile, turns }
  const contenders = { loopwright: await startLoopwright(ground), plain: await startPlain(ground) }
  const client = new Client({ connection })
  if (plan.length > 0 || values.breakdown) await race(client, server.pid, contenders, warmUp)
  const results: HeatResult[] = []
  for (const heat of plan) {
    results.push(await race(client, server.pid, contenders, heat))
    console.log(
      table(results.slice(-1))
        .split('\n')
        .slice(results.length > 1 ? 2 : 0)
        .join('\n'),
    )
  }
  if (values.write && results.length > 0) write('bench', table(results))
  if (values.breakdown || values.write) {
    const parts = await breakdown(client, [contenders.loopwright, contenders.plain])
    console.log(parts)
    if (values.write) write('breakdown', parts)
  }
  if (values.only === undefined || values.only === 'voting') {
    const ballots = votingTable(await wideVoting(client, contenders.loopwright))
    console.log(ballots)
    if (values.write) write('voting', ballots)
  }
  await connection.close()
}

/** Both in turn, and each in turn the first: whatever else the machine does meets both. */
async function race(
  client: Client,
  serverPid: number,
  { loopwright, plain }: Record<'loopwright' | 'plain', Contender>,
  heat: Heat,
): Promise<HeatResult> {
  const result: HeatResult = { heat, loopwright: [], plain: [] }
  for (let lap = 0; lap < heat.repeats; lap++) {
    for (const contender of lap % 2 === 0 ? [loopwright, plain] : [plain, loopwright])
      result[contender === plain ? 'plain' : 'loopwright'].push(await measure(client, contender, serverPid, heat))
  }
  return result
}

/** Puts the table between its marks in docs/performance.md. */
function write(name: string, text: string): void {
  const page = resolve('docs/performance.md')
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const before = readFileSync(page, 'utf8')
  const [head, rest] = before.split(begin)
  const tail = rest?.split(end)[1]
  if (head === undefined || tail === undefined) throw new Error(`${page} has no ${begin} … ${end}, so the table was only printed.`)
  writeFileSync(page, `${head}${begin}\n${text}\n${end}${tail}`)
}
