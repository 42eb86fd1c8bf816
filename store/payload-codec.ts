import { type Payload, type PayloadCodec } from '@temporalio/common'
import { isSealed, sealedEncoding } from '../contract/sealed.ts'
import { type Sealing } from './sealing.ts'

const encoding = Buffer.from(sealedEncoding)

/** Encrypts every payload, its metadata included, before it reaches the server. Plain payloads are refused, unless the sealing accepts them. */
export function payloadCodec(sealing: Sealing): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => ({ metadata: { encoding }, data: sealing.seal(Buffer.from(textOf(payload))) })),
    decode: async (payloads) =>
      payloads.map((payload) => {
        if (isSealed(payload)) return payloadOf(sealing.open(payload.data ?? new Uint8Array()))
        // Not sealed: it says so, or lets it pass.
        if (!sealing.acceptsPlain) sealing.open(new Uint8Array())
        return payload
      }),
  }
}

function textOf({ metadata, data }: Payload): string {
  const notes = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')])
  return JSON.stringify([Object.fromEntries(notes), data ? Buffer.from(data).toString('base64') : null])
}

function payloadOf(bytes: Uint8Array): Payload {
  const [notes, data] = JSON.parse(Buffer.from(bytes).toString()) as [Record<string, string>, string | null]
  const metadata = Object.fromEntries(Object.entries(notes).map(([name, value]) => [name, Buffer.from(value, 'base64')]))
  return { metadata, ...(data === null ? {} : { data: Buffer.from(data, 'base64') }) }
}
