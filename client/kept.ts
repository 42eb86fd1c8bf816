import { type History } from '@temporalio/common/lib/proto-utils.js'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { type TraceRecord } from '../contract/trace.ts'
import { dataConverter } from '../store/data-converter.ts'
import { openStore } from '../store/open.ts'
import { type Archive, archivedHistories } from './archive.ts'
import { type Case } from '../contract/cases.ts'
import { type CaseFilter, cases, showCase, type ShownCase } from './cases.ts'
import { type Costs, type CostView } from './costs/costs.ts'
import { costs } from './costs/find.ts'
import { type Fact } from '../contract/facts.ts'
import { type FactFilter, facts, forgetFact } from './facts.ts'
import { noSuchRun } from './ended.ts'
import { type Policies } from '../contract/policy/policy.ts'
import { backTest, type BackTest } from './policy/back-test.ts'
import { lastRuns } from './policy/last-runs.ts'
import { keptRuns, onlyOne } from './resolve.ts'
import { type ConnectOptions } from './server.ts'
import { type ArtifactStore } from '../store/store.ts'
import { foldTrace } from './trace/trace.ts'
import { type Why, whyEnded } from './why/why.ts'

/** What can be read of runs that have ended, without any server. */
export interface Kept {
  /** The full id of the only kept run that starts with the prefix. */
  resolve(prefix: string): Promise<string>
  /** Every decision of a run: who, what they saw, why, what it cost. */
  trace(run: string): Promise<TraceRecord[]>
  /** In three sentences: what stopped it, on what evidence, what to do next. */
  why(run: string): Promise<Why>
  /** The histories of the run's executions, oldest first. */
  histories(run: string): Promise<History[]>
  /** Where artifacts are read. */
  readonly store: ArtifactStore
  /** Runs that something can be learnt from, newest first: stopped, failed, killed, escalated, corrected. */
  cases(filter?: CaseFilter): Promise<Case[]>
  /** The newest case of the only run that starts with a prefix, with its best candidate. */
  showCase(prefix: string): Promise<ShownCase>
  /** What runs remembered, newest first. */
  facts(filter?: FactFilter): Promise<Fact[]>
  /** Forgets a fact for good, and returns what it said. */
  forget(fact: string): Promise<Fact>
  /** What a candidate policy would have said of recorded runs: of those that are named, or of the last so many that were kept. Nothing is touched. */
  backTest(candidate: Policies, runs: string[] | { last: number }): Promise<BackTest>
  /** What the runs that ended since a time (milliseconds since the epoch) cost, also per accepted outcome. */
  costs(options: { since: number; by: CostView }): Promise<Costs>
}

/** Opens the archive alone: what the worker has kept of ended runs in the artifact store. */
export function openKept(options: Pick<ConnectOptions, 'artifacts' | 'stateFolder' | 'dataConverter'> = {}): Kept {
  const store = openStore(options.artifacts ?? process.env['LOOPWRIGHT_ARTIFACTS'], options.stateFolder ?? '.loopwright')
  const archive: Archive = { store, converter: loadDataConverter(options.dataConverter ?? dataConverter(store)) }
  return {
    resolve: async (prefix) => onlyOne(prefix, (await keptRuns(store, prefix)).sort()),
    trace: async (run) => foldTrace(archive, run, await found(archive, run)),
    why: async (run) => whyEnded(await foldTrace(archive, run, await found(archive, run))),
    histories: (run) => found(archive, run),
    store,
    cases: (filter) => cases(store, filter),
    showCase: (prefix) => showCase(store, prefix),
    facts: (filter) => facts(store, filter),
    forget: (fact) => forgetFact(store, fact),
    backTest: async (candidate, runs) =>
      backTest(
        async (run) => foldTrace(archive, run, await found(archive, run)),
        'last' in runs ? await lastRuns(archive, runs.last) : runs,
        candidate,
      ),
    costs: (costOptions) => costs(archive, undefined, costOptions),
  }
}

async function found(archive: Archive, run: string): Promise<History[]> {
  const histories = await archivedHistories(archive, run)
  if (histories.length === 0) throw noSuchRun(run)
  return histories
}
