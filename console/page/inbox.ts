/** The inbox: signs in, follows one stream, and draws what it says. */
import { type Api, openApi, Refused } from './api.ts'
import { byId, text } from './draw.ts'
import { drawQuestions, type Question } from './questions.ts'
import { drawRuns, type Run } from './runs.ts'

const stored = 'loopwright token'
const connection = byId('connection')
const againMilliseconds = 2_000

/** A code in the address signs in once; it leaves the address before anything else happens. */
async function enter(): Promise<string | null> {
  const [, code] = /^#code=([\w-]+)$/.exec(location.hash) ?? []
  if (code === undefined) return localStorage.getItem(stored)
  history.replaceState(null, '', '/')
  const known = localStorage.getItem(stored)
  try {
    const { token } = await openApi('').post<{ token: string }>('/session', { code })
    localStorage.setItem(stored, token)
    return token
  } catch (problem) {
    // Whoever opens the address a second time is signed in already.
    if (known !== null) return known
    throw problem
  }
}

function showInside(inside: boolean): void {
  byId('inside').hidden = !inside
  byId('leave').hidden = !inside
  byId('enter').hidden = inside
}

function askForToken(why: string): void {
  showInside(false)
  localStorage.removeItem(stored)
  text(connection, 'Signed out.')
  text(byId('entering'), why)
}

/** Follows the inbox until it is refused; a connection that breaks is taken up again. */
async function follow(api: Api): Promise<void> {
  const me = await api.get<{ name: string; roles: string[]; vouched: boolean }>('/me')
  showInside(true)
  for (;;) {
    try {
      for await (const look of api.events<{ gates: Question[]; runs: Run[] }>('/inbox')) {
        text(connection, `${me.name} (${me.roles.join(', ')}), live`)
        drawQuestions(api, me, look.gates)
        drawRuns(api, look.runs)
        showLinked()
      }
      text(connection, 'The connection ended; connecting again …')
    } catch (problem) {
      if (problem instanceof Refused && (problem.status === 401 || problem.status === 403)) throw problem
      text(connection, `${problem instanceof Error ? problem.message : 'The connection broke'}; connecting again …`)
    }
    await new Promise((resolve) => setTimeout(resolve, againMilliseconds))
  }
}

let linked = decodeURIComponent(location.hash.slice(1))

/** A link to a question leads there once it is drawn, which may be some looks later: lists lag behind. Whoever began something else is left at it. */
function showLinked(): void {
  const place = linked ? document.getElementById(linked) : null
  if (document.activeElement !== document.body) linked = ''
  if (!place || linked === '') return
  linked = ''
  place.scrollIntoView()
  place.focus()
}

async function begin(token: string | null): Promise<void> {
  if (token === null || token === '') return askForToken('')
  await follow(openApi(token)).catch((problem: unknown) => askForToken(problem instanceof Error ? problem.message : String(problem)))
}

byId('enter').addEventListener('submit', (event) => {
  event.preventDefault()
  const typed = byId<HTMLInputElement>('token')
  openApi('')
    .post<{ token: string }>('/session', { token: typed.value.trim() })
    .then(({ token }) => {
      typed.value = ''
      localStorage.setItem(stored, token)
      return begin(token)
    })
    .catch((problem: unknown) => text(byId('entering'), problem instanceof Error ? problem.message : String(problem)))
})

byId('leave').addEventListener('click', () => {
  const token = localStorage.getItem(stored) ?? ''
  localStorage.removeItem(stored)
  void openApi(token)
    .post('/session/end', {})
    .catch(() => {})
    .then(() => location.reload())
})

try {
  await begin(await enter())
} catch (problem) {
  askForToken(problem instanceof Error ? problem.message : String(problem))
}
