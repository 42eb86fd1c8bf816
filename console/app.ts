import { setMaxListeners } from 'node:events'
import { type Context, Hono } from 'hono'
import { type z } from 'zod'
import { checked } from '../client/input.ts'
import { ClientProblem } from '../client/problem.ts'
import { type Route } from '../contract/api-route.ts'
import { routes } from '../contract/api.ts'
import { acting } from './acting.ts'
import { readBody } from './body.ts'
import { entering } from './entering.ts'
import { eventStream } from './event-stream.ts'
import { guard, guarded } from './guard.ts'
import { type Call, type Handlers, type Place, type Streamed } from './handlers.ts'
import { type Identity } from './identity.ts'
import { createInbox } from './inbox.ts'
import { looking } from './looking.ts'
import { ofTenant } from './of-tenant.ts'
import { problemTold } from './problems.ts'
import { streams } from './streams.ts'

/** What answers each route; one without an entry does not compile. */
export const handlers: Handlers = { ...looking, ...acting, ...streams, ...entering }

type AnyHandler = (place: Place, call: Call<never>) => Promise<unknown>
const nobody: Identity = { name: 'nobody', roles: [] }

/** The HTTP API as a function of requests, without a socket. Streams end with the signal. */
export function createApp(place: Place, ends: AbortSignal): Hono {
  // One listener for each stream.
  setMaxListeners(0, ends)
  const places = new Map<string, Place>()
  const placeFor = ({ tenant }: Identity): Place => {
    if (tenant === undefined) return place
    const known = places.get(tenant) ?? placeOf(place, tenant)
    places.set(tenant, known)
    return known
  }
  const app = new Hono()
  app.use(guard(place))
  for (const [name, route] of Object.entries<Route>(routes)) {
    const handler = handlers[name as keyof typeof routes] as unknown as AnyHandler
    app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ':$1'), (context) =>
      answer(context, place, placeFor, route, handler, ends),
    )
  }
  app.notFound((context) => {
    throw new ClientProblem('NotFound', `there is no route ${context.req.method} ${context.req.path.slice(0, 200)}`, 'see /openapi.json')
  })
  app.onError((problem, context) => {
    const { status, body } = problemTold(problem, runOf(context))
    const headers: Record<string, string> = {
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(status === 429 ? { 'Retry-After': '5' } : {}),
    }
    return guarded(context.json(body, status, headers))
  })
  return app
}

/** As it is for the tokens of one tenant. */
function placeOf(place: Place, tenant: string): Place {
  const loopwright = ofTenant(place.loopwright, tenant)
  // What is stuck is told by the names of runs.
  const health = async () => ({ ...(await place.health()), stuck: [] })
  return { ...place, loopwright, health, inbox: createInbox(loopwright) }
}

async function answer(
  context: Context,
  place: Place,
  placeFor: (identity: Identity) => Place,
  route: Route,
  handler: AnyHandler,
  ends: AbortSignal,
): Promise<Response> {
  const secret = /^Bearer (\S{1,200})$/.exec(context.req.header('authorization') ?? '')?.[1] ?? ''
  const identity = await admit(place, route, secret)
  const call = {
    identity,
    secret,
    parameters: context.req.param() as Record<string, string>,
    query: route.query && fits(route.query, context.req.query(), 'the query'),
    body: route.body && fits(route.body, await readBody(context), 'the body'),
    lastEventId: context.req.header('last-event-id'),
  }
  const answered = await handler(placeFor(identity), call)
  if (answered instanceof Response) return answered
  if (typeof route.answer !== 'object' || !('stream' in route.answer)) return context.json(answered as object)
  const streamed = answered as Streamed<unknown>
  if (streamed.over) return context.body(null, 204)
  const mayStay = () =>
    admit(place, route, secret).then(
      () => true,
      () => false,
    )
  return eventStream(streamed, { run: call.parameters['run'], ends, mayStay })
}

/** Whoever the token says, if they have one of the roles of the route; deny unless listed. */
async function admit({ sessions, tokens }: Place, { roles, description }: Route, secret: string): Promise<Identity> {
  if (roles === 'public') return nobody
  const identity = sessions.find(await tokens.read(), secret)
  if (!identity)
    throw new ClientProblem(
      'Unauthorized',
      secret ? 'nobody has this token' : 'a token is needed',
      'make one with: loopwright token add NAME, and send it as Authorization: Bearer TOKEN',
    )
  if (roles.some((role) => identity.roles.includes(role))) return identity
  const message = `${identity.name} may not do this, which needs the role ${roles.join(' or ')}: ${description}`
  throw new ClientProblem('Forbidden', message, `loopwright token add ${identity.name} --roles ${roles[0]}`)
}

function fits<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  return checked(schema, value, what, 'see /openapi.json')
}

function runOf(context: Context): string | undefined {
  const { run } = context.req.param() as Record<string, string | undefined>
  return run?.slice(0, 1_000)
}
