import { type CrashPoint } from '../../store/crash-point.ts'
import { type CrashRun, fullPlan } from './crash-plan.ts'
import { effectsScenario } from './effects-run.ts'
import { type Ground } from './ground.ts'
import { agreedScenario } from './agreed-run.ts'
import { readingScenario } from './reading-run.ts'
import { repairScenario } from './repair-run.ts'
import { inTurns } from './storm.ts'
import { type Scenario } from './scenario.ts'
import { survive, type Survived } from './survive.ts'

/** A line of the crash table. */
export interface CrashRow extends Survived {
  point: CrashPoint
  what: string
  attempt: 'first' | 'second'
}

/** One run, killed where it says. */
export async function crashRun(
  { client, address, bundle }: Pick<Ground, 'client' | 'address' | 'bundle'>,
  { kind, points }: CrashRun,
): Promise<Survived> {
  const scenario = await scenarioOf({ client, address, bundle }, kind)
  return survive(client, scenario, points)
}

function scenarioOf({ client, address, bundle }: Pick<Ground, 'client' | 'address' | 'bundle'>, kind: CrashRun['kind']): Promise<Scenario> {
  if (Array.isArray(kind)) return effectsScenario(client, address, bundle, kind)
  if (kind === 'agreed') return agreedScenario(client, address, bundle)
  return kind === 'reading' ? readingScenario(client, address, bundle) : repairScenario(client, address, kind)
}

/** Every point and attempt in a run of its own, six at a time. */
export async function crashTable(ground: Ground, onRow: (row: CrashRow) => void, only = ''): Promise<CrashRow[]> {
  const rows: CrashRow[] = []
  const work = fullPlan()
    .filter(({ point }) => point.startsWith(only))
    .map((planned) => async () => {
      const what =
        planned.kind === 'reading'
          ? 'a reading run'
          : planned.kind === 'agreed'
            ? 'an effect that is agreed to'
            : typeof planned.kind === 'string'
              ? 'testAndFix'
              : planned.kind.join()
      const row = { point: planned.point, what, attempt: planned.attempt, ...(await crashRun(ground, planned)) }
      rows.push(row)
      onRow(row)
    })
  await inTurns(work, 6, (error) => {
    throw error
  })
  return rows
}

/** Whether a worker died where it should, and nothing was wrong afterwards. What was done is not done again: then nobody passes there a second time. */
export function isGood({ attempt, unreached, problems }: CrashRow): boolean {
  return problems.length === 0 && (attempt === 'second' || unreached.length === 0)
}
