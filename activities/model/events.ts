/** The data of the event that ends a stream. */
export const done = '[DONE]'

/**
 * The data of each server-sent event, up to `[DONE]`, which is the last. Not the client's own reader: its work grows with the square of what a server sends at
 * once, so that 10 MB of tiny events kept a worker busy for minutes.
 */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = []
  for await (const lines of linesOf(body)) {
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
      if (line !== '' || data.length === 0) continue
      const event = data.join('\n')
      data = []
      yield event
      if (event.startsWith(done)) return
    }
  }
  if (data.length > 0) yield data.join('\n')
}

/** The lines that each piece of the body ends; the last list is what is left. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  let begun: string[] = []
  const ended = () => begun.join('').replace(/\r$/, '')
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    const rest = lines.pop() ?? ''
    const [first, ...others] = lines
    begun.push(first ?? rest)
    if (first === undefined) continue
    yield [ended(), ...others.map((line) => line.replace(/\r$/, ''))]
    begun = [rest]
  }
  yield [ended()]
}
