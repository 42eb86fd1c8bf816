import { failure } from '../failure.ts'

/** Where requests go: a base URL, and what stands after its question mark. */
export interface Address {
  url: string
  query: Record<string, string>
}

/** Makes the address of a provider's model of what was given as URL; fails with `UnknownProvider` where that is none. `source` names where it was given. */
export function addressOf(name: string, model: string, text: string, source: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') throw notAUrl(name, source)
  const [base = ''] = text.split(/[?#]/)
  return {
    url: base.replaceAll('{model}', encodeURIComponent(model)).replace(/\/+$/, ''),
    query: Object.fromEntries(url.searchParams),
  }
}

/** The base URL of an Azure resource: at the deployment where there is an API version, else at its one address for all of them. */
export function azureUrl(endpoint: string, version: string | undefined): string {
  if (/\/openai\/(v1|deployments)\b/.test(endpoint)) return endpoint
  const resource = endpoint.replace(/(\/openai)?\/*$/, '')
  return version ? `${resource}/openai/deployments/{model}?api-version=${encodeURIComponent(version)}` : `${resource}/openai/v1`
}

function notAUrl(name: string, source: string) {
  const message = `The provider ${name} cannot be reached: ${source} is not an http or https URL without a password in it.`
  return failure('UnknownProvider', message, { effect: 'no', next: `Set ${source} to a base URL such as http://127.0.0.1:8000/v1.` })
}
