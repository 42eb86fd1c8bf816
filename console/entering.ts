import { ClientProblem } from '../client/problem.ts'
import { type Handlers } from './handlers.ts'
import { findToken } from './identity.ts'
import { openApi } from './openapi.ts'
import { pageHtml } from './page-html.ts'
import { pageStyle } from './page-style.ts'

const utf8 = '; charset=utf-8'
const served = (type: string, text: string) => new Response(text, { headers: { 'Content-Type': `text/${type}${utf8}` } })

const scripts = ['inbox.js', 'api.js', 'draw.js', 'questions.js', 'runs.js', 'value-field.js']

/** The page, and how one comes in. */
export const entering: Handlers<'signIn' | 'signOut' | 'openapi' | 'page' | 'pageFile'> = {
  signIn: async ({ sessions, tokens, pace }, { body }) => {
    pace.count('whoever signs in')
    if ('code' in body) {
      const found = sessions.redeem(body.code)
      if (found) return { token: found.token, ...found.identity }
      throw new ClientProblem(
        'Unauthorized',
        'this address was used already, or is too old',
        'start loopwright serve again, or sign in with a token: loopwright token add NAME',
      )
    }
    const stored = findToken(await tokens.read(), body.token, Date.now())
    if (!stored) throw new ClientProblem('Unauthorized', 'nobody has this token', 'make one with: loopwright token add NAME')
    return { token: sessions.open(stored), name: stored.name, roles: stored.roles }
  },
  signOut: ({ sessions }, { secret }) => {
    sessions.end(secret)
    return Promise.resolve({ done: true })
  },
  openapi: () => Promise.resolve(openApi()),
  page: () => Promise.resolve(served('html', pageHtml)),
  pageFile: async ({ script }, { parameters: { file = '' } }) => {
    if (file === 'inbox.css') return served('css', pageStyle)
    if (!scripts.includes(file)) throw new ClientProblem('NotFound', `the page has no file ${file.slice(0, 80)}`, 'open /')
    return served('javascript', await script(file))
  },
}
