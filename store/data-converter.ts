import { type DataConverter, ExternalStorage, type Payload, StorageDriverClaim } from '@temporalio/common'
import { fileURLToPath } from 'node:url'
import { payloadCodec } from './payload-codec.ts'
import { type ArtifactStore } from './store.ts'

/** Payloads from this size on stand in the history as a reference to an artifact. */
const inlineBytes = 16_384

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const here = (path: string) => fileURLToPath(new URL(`../contract/${path}.${extension}`, import.meta.url))

/** The converter where no artifact store is at hand: it refuses what is over 64 KiB. */
export const payloadConverterPath = here('payload-converter')
/** The converter above a store: it lets larger values pass, because what reaches the history is their hash. */
export const storedPayloadConverterPath = here('stored-payload-converter')

/** The converter of failures where encryption is on; a bundle of workflows has it, too. */
export const sealedFailureConverterPath = here('sealed-failure-converter')

/** How workers, clients and replay turn values into payloads: what is over 16 KiB goes into the artifact store unasked, as the JSON it is. */
export function dataConverter(store: ArtifactStore): DataConverter {
  const { sealing } = store
  return {
    payloadConverterPath: storedPayloadConverterPath,
    ...(sealing ? { failureConverterPath: sealedFailureConverterPath, payloadCodecs: [payloadCodec(sealing)] } : {}),
    externalStorage: new ExternalStorage({
      payloadSizeThreshold: inlineBytes,
      drivers: [
        {
          name: 'loopwright',
          type: 'loopwright.artifacts',
          store: (_context, payloads) => Promise.all(payloads.map((payload) => claimOf(store, payload))),
          retrieve: (_context, claims) => Promise.all(claims.map((claim) => payloadOf(store, claim))),
        },
      ],
    }),
  }
}

async function claimOf(store: ArtifactStore, { data, metadata }: Payload): Promise<StorageDriverClaim> {
  const { sha256, bytes } = await store.put(data ?? new Uint8Array())
  const notes = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')])
  return new StorageDriverClaim({ sha256, bytes: String(bytes), metadata: JSON.stringify(Object.fromEntries(notes)) })
}

async function payloadOf(store: ArtifactStore, { claimData }: StorageDriverClaim): Promise<Payload> {
  const notes = Object.entries(JSON.parse(claimData['metadata'] ?? '{}') as Record<string, string>)
  const metadata = Object.fromEntries(notes.map(([name, value]) => [name, Buffer.from(value, 'base64')]))
  return { metadata, data: await store.get(claimData['sha256'] ?? '') }
}
