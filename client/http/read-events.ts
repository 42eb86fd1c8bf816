/** One server-sent event. */
export interface SentEvent {
  event: string
  data: string
}

/** The events of a stream, as they come; comments are passed over. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<SentEvent, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(part, { stream: true })
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line) ?? [])
      const data = fields.filter(([, name]) => name === 'data').map(([, , value]) => value ?? '')
      if (data.length > 0) yield { event: fields.find(([, name]) => name === 'event')?.[2] ?? 'message', data: data.join('\n') }
    }
  }
}
