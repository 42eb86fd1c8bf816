import { type ModelFacts, type ModelName } from '../../contract/models.ts'
import { builtinModel } from '../model/builtin.ts'
import { modelSettings, providerOf } from '../model/providers.ts'
import { type Settings } from '../model/settings.ts'
import { failure } from '../failure.ts'
import { type World } from '../world.ts'
import { listedPrice, roundedUp } from './prices.ts'

const defaultWindow = 128_000
const defaultMaxOutput = 16_384

/** What is known of a model before it is asked; fails with `UnknownProvider` or `MissingKey`. No request is made. */
export function factsOf(name: ModelName, world: Pick<World, 'environment'>, settings: Settings): ModelFacts {
  const model = `${name.provider}/${name.model}`
  if (name.provider === 'builtin') return builtinFacts(model)
  const provider = providerOf(name, world.environment, settings)
  const listed = listedPrice(name.model, provider.url, Date.now())
  const given = modelSettings(settings, model)
  const price =
    given?.input !== undefined && given.output !== undefined
      ? { input: roundedUp(given.input), output: roundedUp(given.output) }
      : provider.local
        ? { input: 0, output: 0 }
        : listed.price
  const window = given?.window ?? listed.window ?? defaultWindow
  return {
    price,
    window,
    maxOutput: Math.min(given?.maxOutput ?? defaultMaxOutput, window),
    ...(provider.json ? { form: provider.json } : {}),
    ...(provider.lacks.length > 0 ? { lacks: provider.lacks } : {}),
    where: provider.url,
  }
}

/** Its replies are a tool call, so little is set aside for them. */
function builtinFacts(model: string): ModelFacts {
  if (model === builtinModel) return { price: { input: 0, output: 0 }, window: 10_000_000, maxOutput: 1_024, where: 'builtin' }
  throw failure('UnknownProvider', `There is no model ${model}: the only one that is built in is ${builtinModel}.`, {
    effect: 'no',
    next: `Use --models ${builtinModel}.`,
  })
}
