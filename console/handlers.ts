import { type z } from 'zod'
import { type Health, type Loopwright } from '../client/index.ts'
import { type RouteName, routes } from '../contract/api.ts'
import { type Declaration } from '../contract/declaration.ts'
import { type Identity } from './identity.ts'
import { type Inbox } from './inbox.ts'
import { type Pace } from './pace.ts'
import { type Sessions } from './sessions.ts'
import { type TokenBook } from './tokens.ts'

/** What the routes work with. */
export interface Place {
  loopwright: Loopwright
  declarations: Record<string, Declaration>
  health(): Promise<Health>
  tokens: TokenBook
  sessions: Sessions
  pace: Pace
  inbox: Inbox
  /** LOOPWRIGHT_GRANT_KEY vouches for whoever decides. */
  environment: Record<string, string | undefined>
  /** Reads a script of the page. */
  script(file: string): Promise<string>
  /** The host names and ports that we are called by. */
  hosts(): string[]
  /** The page of Temporal's console, which may use the codec from a browser (none). */
  codecOrigin?: string
}

type Table = typeof routes
type Query<Name extends RouteName> = Table[Name] extends { query: infer Schema extends z.ZodType } ? z.output<Schema> : undefined
type Body<Name extends RouteName> = Table[Name] extends { body: infer Schema extends z.ZodType } ? z.output<Schema> : undefined
type Answer<Name extends RouteName> = Table[Name]['answer'] extends infer Schema extends z.ZodType
  ? z.input<Schema>
  : Table[Name]['answer'] extends { stream: infer Event extends z.ZodType }
    ? Streamed<z.input<Event>>
    : Response

/** A stream of events; whoever makes it stops when the signal says so. */
export interface Streamed<Event> {
  stream(signal: AbortSignal): AsyncGenerator<Event, void, undefined>
  /** Where one of them stands, for resuming behind it. */
  idOf?(event: Event): string
  /** Nothing will come: whoever connects again by itself is told not to. */
  over?: boolean
}

/** One call of a route, checked: whose it is, and what it says. */
export interface Call<Name extends RouteName> {
  /** Absent only where a route is public. */
  identity: Identity
  /** The token that was shown. */
  secret: string
  parameters: Record<string, string>
  query: Query<Name>
  body: Body<Name>
  lastEventId: string | undefined
}

/** What answers a route. */
export type Handler<Name extends RouteName> = (place: Place, call: Call<Name>) => Promise<Answer<Name>>
export type Handlers<Names extends RouteName = RouteName> = { [Name in Names]: Handler<Name> }
