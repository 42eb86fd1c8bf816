import { type Ability } from '../../contract/abilities.ts'
import { type ModelName } from '../../contract/models.ts'
import { type OutputForm } from '../../contract/structured.ts'
import { failure } from '../failure.ts'
import { secretOr } from '../secrets/named.ts'
import { addressOf, azureUrl } from './address.ts'
import { type KnownProvider, knownProviders } from './known-providers.ts'
import { isLocal } from './local.ts'
import { type ModelSettings, type ProviderSettings, type Settings } from './settings.ts'

/** A server that speaks chat completions, how to reach it for one model, and what it understands. */
export interface Provider {
  name: string
  /** Base URL; requests go to `<url>/chat/completions`. */
  url: string
  query: Record<string, string>
  /** On this machine or a private network: needs no key, and is free unless a price is given. */
  local: boolean
  /** What is sent as the key. */
  key: string
  /** The variable that holds the key. */
  keyVariable: string
  keyHeader: string
  /** The name of the output cap in its requests. */
  outputCap: 'max_completion_tokens' | 'max_tokens'
  /** Where asking for JSON begins, where that is known. */
  json?: OutputForm
  /** It wants a model's reasoning back with what the model said. */
  wantsReasoning: boolean
  /** What it is known to lack. */
  lacks: Ability[]
}

type Environment = Record<string, string | undefined>

/** Where a model's calls go and with what key; fails with `UnknownProvider` or `MissingKey`. */
export function providerOf({ provider: name, model }: ModelName, environment: Environment, settings: Settings): Provider {
  const known: KnownProvider | undefined = Object.hasOwn(knownProviders, name) ? knownProviders[name] : undefined
  const given: ProviderSettings | undefined = Object.hasOwn(settings.providers, name) ? settings.providers[name] : undefined
  const prefix = `LOOPWRIGHT_PROVIDER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
  const { url, query } = whereIs({ name, model, prefix, known, given }, environment)
  const local = isLocal(url)
  const keyVariable = given?.key ?? known?.keyVariable ?? `${prefix}_KEY`
  const key = keyIn((environment[`${prefix}_KEY`] || environment[keyVariable] || '').trim(), environment, `${name}/${model}`, keyVariable)
  if (key === '' && !local) throw missingKey(`${name}/${model}`, keyVariable, 'which is not set where the worker runs')
  if (/[^\u0021-\u007e]/.test(key)) throw missingKey(`${name}/${model}`, keyVariable, 'which holds characters that no key has')
  return {
    name,
    url,
    query: { ...query, ...given?.query },
    local,
    key: key || 'none',
    keyVariable,
    keyHeader: given?.keyHeader ?? known?.keyHeader ?? 'authorization',
    ...understands(known, given, modelSettings(settings, `${name}/${model}`), url),
  }
}

/** What the models file says of a model, without its effort. */
export function modelSettings({ models }: Settings, model: string): ModelSettings | undefined {
  return Object.hasOwn(models, model) ? models[model] : undefined
}

interface Named {
  name: string
  model: string
  prefix: string
  known: KnownProvider | undefined
  given: ProviderSettings | undefined
}

function whereIs({ name, model, prefix, known, given }: Named, environment: Environment) {
  const { urlVariable = `${prefix}_URL` } = known ?? {}
  const [text, source] =
    [
      [environment[`${prefix}_URL`], `${prefix}_URL`],
      [given?.url, `providers → ${name} → url of the models file`],
      [environment[urlVariable], urlVariable],
      [known?.url, urlVariable],
    ].find(([url]) => url?.trim()) ?? []
  if (!text || !source) throw unknownProvider(name, urlVariable)
  const version = environment['AZURE_OPENAI_API_VERSION'] || environment['OPENAI_API_VERSION'] || undefined
  return addressOf(name, model, name === 'azure' ? azureUrl(text.trim(), given?.query?.['api-version'] ?? version) : text.trim(), source)
}

/** The model's word goes over the provider's, and that over what is known. */
function understands(
  known: KnownProvider | undefined,
  given: ProviderSettings | undefined,
  model: ModelSettings | undefined,
  url: string,
): Pick<Provider, 'outputCap' | 'json' | 'wantsReasoning' | 'lacks'> {
  const said = { ...given, ...model }
  const json = said.json ?? known?.json
  const ownHost = /(^|\.)openai\.(com|azure\.com)$/.test(new URL(url).hostname)
  const lacks = (['tools', 'effort', 'system', 'usage'] as const).filter((ability) =>
    said[ability] === undefined ? known?.lacks?.includes(ability) : !said[ability],
  )
  return {
    outputCap: said.outputCap ?? known?.outputCap ?? (ownHost ? 'max_completion_tokens' : 'max_tokens'),
    ...(json ? { json } : {}),
    wantsReasoning: said.wantsReasoning ?? known?.wantsReasoning ?? false,
    lacks,
  }
}

function unknownProvider(name: string, variable: string) {
  if (Object.hasOwn(knownProviders, name)) {
    const message = `Nobody knows where ${name} is: set ${variable} to its URL where the worker runs.`
    return failure('UnknownProvider', message, {
      effect: 'no',
      next: `Set ${variable} where the worker runs, or use --models builtin/repair.`,
    })
  }
  const others = Object.keys(knownProviders).join(', ')
  const message = `There is no provider ${name}: set ${variable} to its base URL (and ${variable.replace(/_URL$/, '_KEY')} to its key), or use builtin/repair or one of ${others}.`
  return failure('UnknownProvider', message, { effect: 'no', next: `Set ${variable} where the worker runs.` })
}

/** The key itself, or the secret that stands for it. */
function keyIn(text: string, environment: Environment, model: string, variable: string): string {
  try {
    return secretOr(text, environment)
  } catch {
    throw missingKey(model, variable, `which names ${text}, and there is no such secret`)
  }
}

function missingKey(model: string, variable: string, why: string) {
  const message = `${model} needs a key in ${variable}, ${why}: set it there, or use the model builtin/repair, which needs no key.`
  return failure('MissingKey', message, { effect: 'no', next: `Set ${variable} where the worker runs, or use --models builtin/repair.` })
}
