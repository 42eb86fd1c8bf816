/** What the server refused, in its own words. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The routes of the server, asked with a token that only this page can read. */
export interface Api {
  get<Answer>(path: string): Promise<Answer>
  text(path: string): Promise<string>
  post<Answer>(path: string, body: object): Promise<Answer>
  /** The events of a stream until it ends. */
  events<Event>(path: string): AsyncGenerator<Event, void, undefined>
}

export function openApi(token: string): Api {
  const ask = async (path: string, more: RequestInit = {}) => {
    const headers = {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(more.method ? { 'Content-Type': 'application/json' } : {}),
    }
    const response = await fetch(path, { ...more, headers, credentials: 'omit', redirect: 'error' })
    if (response.ok) return response
    const { error } = (await response.json().catch(() => ({}))) as { error?: { message: string; next: string } }
    throw new Refused(response.status, error ? `${error.message}. ${error.next}` : `the server answered with status ${response.status}`)
  }
  return {
    get: async (path) => (await ask(path)).json(),
    text: async (path) => (await ask(path)).text(),
    post: async (path, body) => (await ask(path, { method: 'POST', body: JSON.stringify(body) })).json(),
    events: async function* (path) {
      const response = await ask(path)
      for await (const data of dataOf(response.body!.pipeThrough(new TextDecoderStream()))) yield JSON.parse(data)
    },
  }
}

/** The data of each server-sent event. */
async function* dataOf(body: ReadableStream<string>): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block.startsWith('event: problem')) throw new Error('The server cannot look at the runs')
      if (block.startsWith('data: ')) yield block.slice('data: '.length)
    }
  }
}
