import { createAdaptorServer } from '@hono/node-server'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo } from 'node:net'
import { createApp } from './app.ts'
import { type Place } from './handlers.ts'
import { createInbox } from './inbox.ts'
import { createPace } from './pace.ts'
import { createSessions, type Sessions } from './sessions.ts'

/** What the API is served with, besides what it makes itself. */
export interface ServeSettings extends Pick<Place, 'loopwright' | 'declarations' | 'health' | 'tokens' | 'environment'> {
  /** The address to listen at; default 127.0.0.1. */
  host?: string
  /** Default: any free one. */
  port?: number
  /** Other names, with their ports, by which we are called: of a proxy in front. */
  names?: string[]
  /** The origin of Temporal's console, where it may use the codec from a browser. */
  codecOrigin?: string
}

/** A served API. */
export interface Served {
  url: string
  sessions: Sessions
  /** Ends every stream, then the server. */
  stop(): Promise<void>
}

/** Serves the API and its page until it is stopped. */
export async function serve({ host = '127.0.0.1', port = 0, names = [], ...given }: ServeSettings): Promise<Served> {
  const ends = new AbortController()
  const sessions = createSessions()
  let known: string[] = []
  const place: Place = {
    ...given,
    sessions,
    pace: createPace(),
    inbox: createInbox(given.loopwright),
    script: (file) => readFile(new URL(`./page/${file}`, import.meta.url), 'utf8'),
    hosts: () => known,
  }
  const server = createAdaptorServer({ fetch: createApp(place, ends.signal).fetch, hostname: host })
  server.listen(port, host)
  await once(server, 'listening')
  const at = (server.address() as AddressInfo).port
  const shown = host.includes(':') ? `[${host}]` : host
  known = [...new Set([shown, '127.0.0.1', 'localhost', '[::1]'])].map((name) => `${name}:${at}`)
  known.push(...names.map((name) => name.toLowerCase()))
  return {
    url: `http://${shown}:${at}`,
    sessions,
    stop: async () => {
      ends.abort()
      const closed = once(server, 'close')
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
    },
  }
}
