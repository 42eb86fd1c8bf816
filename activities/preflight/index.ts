import { ApplicationFailure } from '@temporalio/common'
import { type ModelFacts, parseModel } from '../../contract/models.ts'
import { type Preflight, type PreflightCall } from '../../contract/preflight.ts'
import { type Activities } from '../activities.ts'
import { described } from '../effects/registry.ts'
import { failure } from '../failure.ts'
import { priceExample, readSettings, settingsPath } from '../model/read-settings.ts'
import { type Settings } from '../model/settings.ts'
import { pinned } from '../policy/check.ts'
import { isNotified } from '../people/notify.ts'
import { whileAlive } from '../tools/alive.ts'
import { type World } from '../world.ts'
import { factsOf } from './facts.ts'
import { standingHolds } from './holds.ts'

/** Makes the activity that finds out, before the first step, what the models cost and whether they can be asked; it names every problem at once. */
export function createPreflight(world: World): Activities['preflight'] {
  return (call) => whileAlive(() => lookAtAll(world, call))
}

async function lookAtAll(world: World, { models, dollars, confined = false, policy, ...call }: PreflightCall): Promise<Preflight> {
  const settings = await readSettings(world)
  const under = await pinned(world, policy)
  const facts: Record<string, ModelFacts> = {}
  const problems: ApplicationFailure[] = []
  for (const model of new Set(models)) {
    const found = lookAt(model, world, settings)
    if (found instanceof ApplicationFailure) problems.push(found)
    else if (found.price === null && dollars !== 'none') problems.push(unknownPrice(model, world))
    else facts[model] = found
  }
  if (confined && world.sandbox.level === 'none') problems.push(unconfinedHere(world.sandbox))
  if (problems.length > 1) throw together(problems)
  for (const problem of problems) throw problem
  const tools = (world.tools ?? []).filter(({ outOfReach }) => !outOfReach).map(described)
  const holds = await standingHolds(call)
  return {
    models: facts,
    searchAttributes: world.searchAttributes,
    sandbox: world.sandbox.level,
    ...(tools.length > 0 ? { tools } : {}),
    ...(holds.length > 0 ? { holds } : {}),
    ...(isNotified(world.environment) ? { notify: true as const } : {}),
    ...under,
  }
}

function lookAt(model: string, world: World, settings: Settings): ModelFacts | ApplicationFailure {
  try {
    return factsOf(parseModel(model), world, settings)
  } catch (error) {
    if (error instanceof ApplicationFailure) return error
    throw error
  }
}

function unconfinedHere({ why, remedy }: World['sandbox']): ApplicationFailure {
  const message = `Commands can't be confined on this worker: ${why}. The run asks for it with the option confined, so nothing was started.`
  const next = remedy === undefined ? 'Use a worker on Linux with bubblewrap' : `On the worker's machine: ${remedy}; start the worker again`
  return failure('SandboxRefused', message, { effect: 'no', next: `${next}, or leave out the option confined.` })
}

function unknownPrice(text: string, world: World): ApplicationFailure {
  const { provider, model } = parseModel(text)
  const file = settingsPath(world)
  const message = `Nobody knows the price of ${provider}/${model}, so no dollar cap can hold: set the limit dollars to "none" (tokens still cap), or give its price in ${file} as ${priceExample(`${provider}/${model}`)}.`
  return failure('UnknownPrice', message, { effect: 'no', next: `Give a price in ${file}, or set the limit dollars to "none".` })
}

/** One failure with the type of the first. */
function together(problems: ApplicationFailure[]): ApplicationFailure {
  const [first] = problems
  return ApplicationFailure.create({
    type: first?.type ?? 'InvalidInput',
    message: problems.map(({ message }) => message).join(' '),
    nonRetryable: true,
    details: first?.details ?? [],
  })
}
