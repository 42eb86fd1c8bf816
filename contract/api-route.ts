import { type z } from 'zod'
import { type ApiRole } from './api-roles.ts'

/** One route of the HTTP API. The server, OpenAPI, the client over HTTP and the matrix of who may do what are all made from it. */
export interface Route {
  method: 'get' | 'post'
  /** `/runs/{run}/why`; each name in braces is a parameter. */
  path: string
  /** Who may; `public` needs no token. */
  roles: readonly ApiRole[] | 'public'
  /** One sentence. */
  description: string
  query?: z.ZodObject
  body?: z.ZodType
  /** What comes back: JSON, a stream of server-sent events of such JSON, bytes, or a file of the page. */
  answer: z.ZodType | { stream: z.ZodType } | 'bytes' | 'file'
}

/** Keeps the exact types of a table of routes. */
export function routesOf<const Routes extends Record<string, Route>>(routes: Routes): Routes {
  return routes
}
