import { type ModelName } from '../../contract/models.ts'
import { failure } from '../failure.ts'
import { isLocal } from './local.ts'

/** A server that speaks chat completions, and how to reach it. */
export interface Provider {
  name: string
  /** Base URL; requests go to `<url>/chat/completions`. */
  url: string
  /** On this machine or a private network: needs no key, and is free unless a price is given. */
  local: boolean
  /** What is sent as the key. */
  key: string
  /** The variable that holds the key. */
  keyVariable: string
  /** The name of the output cap in its requests. */
  outputCap: 'max_completion_tokens' | 'max_tokens'
}

interface KnownProvider {
  url: string
  urlVariable?: string
  keyVariable: string
}

/** The providers that need no configuration but a key; any other is configured by LOOPWRIGHT_PROVIDER_<NAME>_URL and _KEY. */
export const knownProviders: Record<string, KnownProvider> = {
  openai: { url: 'https://api.openai.com/v1', urlVariable: 'OPENAI_BASE_URL', keyVariable: 'OPENAI_API_KEY' },
  openrouter: { url: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY' },
  groq: { url: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY' },
  deepseek: { url: 'https://api.deepseek.com/v1', keyVariable: 'DEEPSEEK_API_KEY' },
  mistral: { url: 'https://api.mistral.ai/v1', keyVariable: 'MISTRAL_API_KEY' },
  together: { url: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY' },
  google: { url: 'https://generativelanguage.googleapis.com/v1beta/openai', keyVariable: 'GEMINI_API_KEY' },
  ollama: { url: 'http://127.0.0.1:11434/v1', keyVariable: 'OLLAMA_API_KEY' },
  vllm: { url: 'http://127.0.0.1:8000/v1', keyVariable: 'VLLM_API_KEY' },
  lmstudio: { url: 'http://127.0.0.1:1234/v1', keyVariable: 'LMSTUDIO_API_KEY' },
}

type Environment = Record<string, string | undefined>

/** Where a model's calls go and with what key; fails with `UnknownProvider` or `MissingKey`. */
export function providerOf({ provider: name, model }: ModelName, environment: Environment): Provider {
  const known = Object.hasOwn(knownProviders, name) ? knownProviders[name] : undefined
  const prefix = `LOOPWRIGHT_PROVIDER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
  const given = environment[`${prefix}_URL`] || (known?.urlVariable && environment[known.urlVariable]) || undefined
  const text = (given ?? known?.url)?.trim()
  if (text === undefined) throw unknownProvider(name, prefix)
  const url = checkedUrl(name, text, environment[`${prefix}_URL`] ? `${prefix}_URL` : (known?.urlVariable ?? `${prefix}_URL`))
  const local = isLocal(url)
  const keyVariable = known?.keyVariable ?? `${prefix}_KEY`
  const key = (environment[`${prefix}_KEY`] || environment[keyVariable] || '').trim()
  if (key === '' && !local) throw missingKey(`${name}/${model}`, keyVariable, 'which is not set where the worker runs')
  if (/[^\u0021-\u007e]/.test(key)) throw missingKey(`${name}/${model}`, keyVariable, 'which holds characters that no key has')
  const outputCap = /(^|\.)openai\.(com|azure\.com)$/.test(new URL(url).hostname) ? 'max_completion_tokens' : 'max_tokens'
  return { name, url, local, key: key || 'none', keyVariable, outputCap }
}

function checkedUrl(name: string, text: string, variable: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return text.replace(/\/+$/, '')
  throw failure(
    'UnknownProvider',
    `The provider ${name} cannot be reached: ${variable} is not an http or https URL without a password in it.`,
    {
      effect: 'no',
      next: `Set ${variable} to a base URL such as http://127.0.0.1:8000/v1.`,
    },
  )
}

function unknownProvider(name: string, prefix: string) {
  const others = Object.keys(knownProviders).join(', ')
  const message = `There is no provider ${name}: set ${prefix}_URL to its base URL (and ${prefix}_KEY to its key), or use builtin/repair or one of ${others}.`
  return failure('UnknownProvider', message, { effect: 'no', next: `Set ${prefix}_URL where the worker runs.` })
}

function missingKey(model: string, variable: string, why: string) {
  const message = `${model} needs a key in ${variable}, ${why}: set it there, or use the model builtin/repair, which needs no key.`
  return failure('MissingKey', message, { effect: 'no', next: `Set ${variable} where the worker runs, or use --models builtin/repair.` })
}
