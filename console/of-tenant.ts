import { type Loopwright } from '../client/index.ts'
import { noSuchRun } from '../client/ended.ts'
import { ClientProblem } from '../client/problem.ts'
import { onlyOne } from '../client/resolve.ts'
import { type Selector } from '../contract/holds.ts'

const mostRuns = 1_000

/**
 * The runs of one tenant alone: those of others are not there, and what is of all tenants is refused. Everything that the API does with runs passes here, and a
 * function that is not dealt with does not compile. What is named by its hash was shown to whoever knows the hash, and is read by everybody.
 */
export function ofTenant(all: Loopwright, tenant: string): Loopwright {
  const own = async (run: string): Promise<string> => {
    if ((await all.tenant(run)) === tenant) return run
    throw noSuchRun(run)
  }
  const before = <Rest extends unknown[], Result>(act: (run: string, ...rest: Rest) => Promise<Result>) => {
    return async (run: string, ...rest: Rest): Promise<Result> => act(await own(run), ...rest)
  }
  const streamed = <Rest extends unknown[], Event>(stream: (run: string, ...rest: Rest) => AsyncGenerator<Event, void, undefined>) =>
    async function* (run: string, ...rest: Rest): AsyncGenerator<Event, void, undefined> {
      yield* stream(await own(run), ...rest)
    }
  const list: Loopwright['list'] = (filter) => all.list({ ...filter, tenant })
  const ownOf = async (runs: string[]) => {
    const whose = await Promise.all([...new Set(runs)].map(async (run) => [run, await all.tenant(run)] as const))
    return new Set(whose.flatMap(([run, of]) => (of === tenant ? [run] : [])))
  }
  const cases: Loopwright['cases'] = async (filter) => {
    const found = await all.cases(filter)
    const runs = await ownOf(found.map(({ run }) => run))
    return found.filter(({ run }) => runs.has(run))
  }
  const facts: Loopwright['facts'] = (filter) => all.facts({ ...filter, tenant })
  const ownHold = <Rest extends unknown[], Result>(act: (selector: Selector, ...rest: Rest) => Promise<Result>) => {
    return (selector: Selector, ...rest: Rest): Promise<Result> =>
      selector.tenant === tenant
        ? act(selector, ...rest)
        : forbidden(`a token of the tenant ${tenant} holds and releases that tenant alone`)
  }
  const refused = () => forbidden(`this is about all tenants, and the token is of the tenant ${tenant}`)
  return {
    address: all.address,
    store: all.store,
    tenant: (run) => all.tenant(run),
    start: async (workflow, input, options = {}) => {
      if ((options.tenant ?? tenant) !== tenant) return forbidden(`a token of the tenant ${tenant} starts runs of that tenant alone`)
      if (options.id?.includes('/'))
        return forbidden('an id with a slash may be that of a run below another one, and a token of a tenant takes none')
      // An unfinished run of that id is used instead: it may be somebody else's.
      return own(await all.start(workflow, input, { ...options, tenant }))
    },
    ...{ result: before(all.result), ended: before(all.ended), status: before(all.status), input: before(all.input) },
    gates: async (run) => {
      if (run !== undefined) return all.gates(await own(run))
      // By the tenant's own runs: however many others there are, none of these is missed for them.
      const { runs } = await list({ status: 'open', limit: mostRuns })
      const asking = runs.filter(({ status, open = [] }) => status === 'waiting' || open.some(({ kind }) => kind === 'gate'))
      const gates = await Promise.all(asking.map((summary) => all.gates(summary.run)))
      return gates.flat().toSorted((a, b) => a.since - b.since)
    },
    ...{ send: before(all.send), decide: before(all.decide), steer: before(all.steer), pause: before(all.pause) },
    ...{ resume: before(all.resume), extend: before(all.extend), hold: before(all.hold), stop: before(all.stop), kill: before(all.kill) },
    list,
    ...{ show: before(all.show), watch: streamed(all.watch), events: streamed(all.events), attach: streamed(all.attach) },
    resolve: async (prefix) => {
      if ((await all.tenant(prefix)) === tenant) return prefix
      const runs = (await list({ limit: mostRuns })).runs.map(({ run }) => run)
      return onlyOne(prefix, runs.filter((run) => run.startsWith(prefix)).sort())
    },
    ...{ histories: before(all.histories), graph: before(all.graph), trace: before(all.trace), why: before(all.why) },
    schedules: { create: refused, list: refused, pause: refused, resume: refused, run: refused, remove: refused },
    cases,
    showCase: async (prefix) => {
      const found = (await cases()).map(({ run }) => run).filter((run) => run.startsWith(prefix))
      return all.showCase(onlyOne(prefix, [...new Set(found)].sort()))
    },
    facts,
    forget: async (fact) => {
      if ((await facts()).some(({ id }) => id === fact)) return all.forget(fact)
      throw new ClientProblem('NotFound', `no fact ${fact.slice(0, 80)} is remembered; nothing was forgotten`, 'loopwright facts')
    },
    holds: {
      list: async () => (await all.holds.list()).filter((hold) => (hold.tenant ?? tenant) === tenant),
      hold: ownHold(all.holds.hold),
      release: ownHold(all.holds.release),
    },
    backTest: refused,
    costs: refused,
    close: () => Promise.resolve(),
  }
}

/** The answer to a token of a tenant where more than that tenant is meant. */
export function forbidden(why: string): Promise<never> {
  return Promise.reject(
    new ClientProblem('Forbidden', `${why}; nothing was done`, 'use a token that is of no tenant: loopwright token add NAME'),
  )
}
