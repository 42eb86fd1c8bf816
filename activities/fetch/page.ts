import { type IncomingMessage } from 'node:http'
import { htmlText } from './html-text.ts'

/** Of a longer body only this much is read. */
export const mostBytes = 2_000_000

/** What a page holds, as a model reads it; of what is no text only what it is. */
export async function pageText(response: IncomingMessage): Promise<string> {
  const type = response.headers['content-type'] ?? ''
  const [kind = ''] = type.toLowerCase().split(';', 1)
  const encoding = response.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    response.destroy()
    return `[compressed as ${encoding.slice(0, 40)} although that was not asked for; not read]`
  }
  if (!isText(kind.trim())) {
    response.destroy()
    return `[${kind.slice(0, 100) || 'no content type'}, ${response.headers['content-length'] ?? 'unknown'} bytes; only text is read]`
  }
  const { bytes, cut } = await readBody(response)
  const text = decoded(bytes, /charset="?([\w-]+)/i.exec(type)?.[1])
  const shown = /html/.test(kind) ? htmlText(text) : text
  return cut ? `${shown}\n[cut after ${mostBytes} bytes]` : shown
}

function isText(kind: string): boolean {
  return /^text\/|^application\/(?:.*\+)?(?:json|xml|javascript|ecmascript|yaml|x-yaml|toml|x-ndjson)$/.test(kind)
}

async function readBody(response: IncomingMessage): Promise<{ bytes: Buffer; cut: boolean }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBytes) break
  }
  return { bytes: Buffer.concat(chunks).subarray(0, mostBytes), cut: size > mostBytes }
}

function decoded(bytes: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return bytes.toString()
  }
}
