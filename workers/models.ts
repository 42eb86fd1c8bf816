import { z } from 'zod'
import { knownProviders } from '../activities/model/known-providers.ts'
import { readSettings } from '../activities/model/read-settings.ts'
import { Settings } from '../activities/model/settings.ts'
import { factsOf } from '../activities/preflight/facts.ts'
import { type World } from '../activities/world.ts'
import { type ModelFacts, ModelString, parseModel } from '../contract/models.ts'
import { type Problem, problemOf } from './problem.ts'

type Where = Pick<World, 'stateFolder' | 'environment'>

/** A provider as a worker here would see it. */
export interface ProviderFinding {
  provider: string
  /** Absent where it still has to be set. */
  url?: string
  urlVariable: string
  keyVariable: string
  keySet: boolean
}

/** A model as a worker here would see it, or why it could not be asked and what to do. */
export type ModelFinding = { model: string } & (ModelFacts | Problem)

/** The JSON Schema of the models file. */
export function settingsSchema(): object {
  return z.toJSONSchema(Settings, { io: 'input' })
}

/** The providers that a worker here knows, by name and by its models file. */
export async function lookAtProviders(where: Where): Promise<ProviderFinding[] | Problem> {
  try {
    const { providers } = await readSettings(where)
    const names = new Set([...Object.keys(knownProviders), ...Object.keys(providers)])
    return [...names].map((name) => providerFinding(name, providers, where))
  } catch (error) {
    return problemOf(error)
  }
}

/** What a worker here knows of models before it asks them; nothing is asked. */
export async function lookAtModels(models: string[], where: Where): Promise<ModelFinding[] | Problem> {
  try {
    const settings = await readSettings(where)
    return models.map((model) => {
      try {
        return { model, ...factsOf(parseModel(ModelString.parse(model)), where, settings) }
      } catch (error) {
        return { model, ...problemOf(error) }
      }
    })
  } catch (error) {
    return problemOf(error)
  }
}

function providerFinding(name: string, providers: Settings['providers'], { environment }: Where): ProviderFinding {
  const known = Object.hasOwn(knownProviders, name) ? knownProviders[name] : undefined
  const given = Object.hasOwn(providers, name) ? providers[name] : undefined
  const prefix = `LOOPWRIGHT_PROVIDER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
  const urlVariable = known?.urlVariable ?? `${prefix}_URL`
  const url = environment[`${prefix}_URL`] || given?.url || environment[urlVariable] || known?.url
  const keyVariable = given?.key ?? known?.keyVariable ?? `${prefix}_KEY`
  const keySet = Boolean(environment[`${prefix}_KEY`] || environment[keyVariable])
  return { provider: name, ...(url ? { url } : {}), urlVariable, keyVariable, keySet }
}
