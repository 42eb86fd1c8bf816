import { type Client } from '@temporalio/client'
import { type History } from '@temporalio/common/lib/proto-utils.js'
import { type Contender } from './contenders.ts'
import { median } from './table.ts'

/** Milliseconds of one run: deciding (workflow tasks), steps by their kind, and steps waiting for a worker; with how many there were. */
type Parts = Map<string, { count: number; milliseconds: number }>

const laps = 7
const [tool, turns] = ['read', 10] as const

/** Where the time of a short loop goes, by the times of its events, as a table; both contenders in turn, medians of seven. */
export async function breakdown(client: Client, contenders: Contender[]): Promise<string> {
  const runs = new Map(contenders.map((contender) => [contender, [] as Parts[]]))
  for (let lap = 0; lap < laps; lap++) {
    for (const contender of lap % 2 === 0 ? contenders : contenders.toReversed()) {
      const { type, input } = contender.run(tool, turns)
      const { taskQueue } = contender
      const handle = await client.workflow.start(type, { taskQueue, workflowId: `${type}-breakdown-${lap}`, args: [input] })
      await handle.result()
      runs.get(contender)!.push(partsOf(await handle.fetchHistory()))
    }
  }
  const names = [...new Set([...runs.values()].flat().flatMap((parts) => [...parts.keys()]))]
  const cell = (found: Parts[], name: string) => {
    const { count } = found[0]?.get(name) ?? { count: 0 }
    return count === 0 ? '' : `${median(found.map((parts) => parts.get(name)?.milliseconds ?? 0)).toFixed(0)} (${count})`
  }
  return [
    `| ${turns} × \`${tool}\`: ms (how many) | ${contenders.map(({ name }) => name).join(' | ')} |`,
    `| --- |${' --- |'.repeat(contenders.length)}`,
    ...names.map((name) => `| ${name} | ${contenders.map((contender) => cell(runs.get(contender)!, name)).join(' | ')} |`),
  ].join('\n')
}

function partsOf({ events = [] }: History): Parts {
  const parts: Parts = new Map()
  const add = (name: string, milliseconds: number) => {
    const { count, milliseconds: before } = parts.get(name) ?? { count: 0, milliseconds: 0 }
    parts.set(name, { count: count + 1, milliseconds: before + milliseconds })
  }
  const all = events ?? []
  const at = (id: unknown) => {
    const { seconds, nanos } = all[Number(id) - 1]?.eventTime ?? {}
    return Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6
  }
  add('whole run', at(all.length) - at(1))
  for (const event of all) {
    const task = event.workflowTaskCompletedEventAttributes
    const done = event.activityTaskCompletedEventAttributes
    if (task) {
      const first = Number(task.scheduledEventId) < 5
      add(`deciding: ${first ? 'the first workflow task' : 'the other workflow tasks'}`, at(event.eventId) - at(task.scheduledEventId))
    }
    if (!done) continue
    const kind = all[Number(done.scheduledEventId) - 1]?.activityTaskScheduledEventAttributes?.activityType?.name
    add('steps that wait for a worker', at(done.startedEventId) - at(done.scheduledEventId))
    add(`\`${kind}\``, at(event.eventId) - at(done.startedEventId))
  }
  return parts
}
