import { z } from 'zod'
import { ErrorShape } from '../../contract/api-shapes.ts'
import { type Route } from '../../contract/api-route.ts'
import { type RouteName, routes } from '../../contract/api.ts'
import { ClientProblem, type ProblemType, problemTypes } from '../problem.ts'
import { type ConnectOptions } from '../server.ts'

/** An API, and the token for it. */
export interface Api {
  url: string
  token: string
}

/** The API that is meant: as asked for, else LOOPWRIGHT_URL unless the address of a Temporal server is given; undefined when none is. */
export function apiOf(
  { url, token, address }: ConnectOptions,
  environment: Record<string, string | undefined> = process.env,
): Api | undefined {
  const named = url ?? (address === undefined ? environment['LOOPWRIGHT_URL'] : undefined)
  if (!named) return undefined
  const parsed = URL.canParse(named) ? new URL(named) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new ClientProblem(
      'InvalidInput',
      `${JSON.stringify(named.slice(0, 100))} is no URL of an API`,
      'give one like http://127.0.0.1:7777',
    )
  return { url: parsed.href.replace(/[/?#]*$/, ''), token: token ?? environment['LOOPWRIGHT_TOKEN'] ?? '' }
}

/** What a route is told. */
export interface Told {
  parameters?: Record<string, string>
  query?: Record<string, string | number | undefined>
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  waitMilliseconds?: number
}

/** Asks a route of the API for JSON; the answer has the type that the table gives the route. */
export async function call<Answer>(api: Api, name: RouteName, told: Told = {}): Promise<Answer> {
  const response = await ask(api, name, told)
  return (await response.json()) as Answer
}

/** Asks a route of the API; what it refuses is thrown as the problem that the server had. */
export async function ask(
  { url, token }: Api,
  name: RouteName,
  { parameters = {}, query = {}, body, headers = {}, ...told }: Told = {},
): Promise<Response> {
  const { method, path }: Route = routes[name]
  const place = path.replaceAll(/\{(\w+)\}/g, (_whole, key: string) => encodeURIComponent(parameters[key] ?? ''))
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, String(value)]])),
  )
  const signals = [
    ...(told.signal ? [told.signal] : []),
    ...(told.waitMilliseconds === undefined ? [] : [AbortSignal.timeout(told.waitMilliseconds)]),
  ]
  const response = await fetch(`${url}${place}${asked.size > 0 ? `?${asked.toString()}` : ''}`, {
    method: method.toUpperCase(),
    redirect: 'error',
    headers: {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(method === 'post' ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    ...(method === 'post' ? { body: JSON.stringify(body ?? {}) } : {}),
    ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
  }).catch((cause: unknown) => {
    throw unanswered(url, method, cause)
  })
  if (!response.ok) throw await refusal(url, response)
  return response
}

async function refusal(url: string, response: Response): Promise<ClientProblem> {
  const told = ErrorShape.safeParse(await response.json().catch(() => undefined)).data?.error
  if (!told) return new ClientProblem('NoApi', `what answers at ${url} is no API of Loopwright (status ${response.status})`, 'check --url')
  const next =
    told.type === 'Unauthorized' ? 'set LOOPWRIGHT_TOKEN; where the API runs, one is made with: loopwright token add NAME' : told.next
  return new ClientProblem(isKnown(told.type) ? told.type : 'NoApi', told.message, next)
}

function unanswered(url: string, method: string, cause: unknown): unknown {
  const name = z.looseObject({ name: z.string() }).safeParse(cause).data?.name
  if (name === 'AbortError') return cause
  if (name === 'TimeoutError' && method === 'post')
    return new ClientProblem(
      'NoWorker',
      'no worker answered in time; the message may or may not arrive',
      'start a worker with: loopwright worker',
      cause,
    )
  return new ClientProblem('NoApi', `no API answers at ${url}`, 'start one with: loopwright serve; or check --url', cause)
}

const isKnown = (type: string): type is ProblemType => Object.hasOwn(problemTypes, type)
