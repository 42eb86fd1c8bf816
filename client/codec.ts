import { type Payload } from '@temporalio/common'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js'
import { ExternalStorageRunner } from '@temporalio/common/lib/internal-non-workflow/external-storage-runner.js'
import { dataConverter } from '../store/data-converter.ts'
import { payloadCodec } from '../store/payload-codec.ts'
import { ClientProblem } from './problem.ts'
import { type ArtifactStore } from '../store/store.ts'

/** Of one answer. */
const mostBytes = 64 * 1024 * 1024

/** A payload as Temporal's remote codecs exchange it: JSON, bytes as base64. */
export interface RemotePayload {
  metadata?: Record<string, string> | undefined
  data?: string | undefined
}

/** What the server keeps, as people can read it: values that stand there by their hash are fetched, what is sealed is opened. What is plain stays as it is. */
export async function decodePayloads(store: ArtifactStore, payloads: RemotePayload[]): Promise<RemotePayload[]> {
  const { externalStorage } = loadDataConverter(dataConverter(store))
  const kept = payloads.map(fromRemote)
  const whole = externalStorage ? await fetched(new ExternalStorageRunner(externalStorage), kept) : kept
  const opened = store.sealing ? await payloadCodec({ ...store.sealing, acceptsPlain: true }).decode(whole) : whole
  return opened.map(toRemote)
}

/** One after the other: what a few references stand for may be more than a process can hold. */
async function fetched(storage: ExternalStorageRunner, payloads: Payload[]): Promise<Payload[]> {
  const whole: Payload[] = []
  let bytes = 0
  for (const payload of payloads) {
    const [one = payload] = await storage.retrieve([payload])
    bytes += one.data?.length ?? 0
    if (bytes > mostBytes)
      throw new ClientProblem('InvalidInput', `the values are more than ${mostBytes} bytes together`, 'ask for fewer at a time')
    whole.push(one)
  }
  return whole
}

/** Values as the server may keep them: sealed where encryption is on. */
export async function encodePayloads(store: ArtifactStore, payloads: RemotePayload[]): Promise<RemotePayload[]> {
  const plain = payloads.map(fromRemote)
  return (store.sealing ? await payloadCodec(store.sealing).encode(plain) : plain).map(toRemote)
}

function fromRemote({ metadata = {}, data }: RemotePayload): Payload {
  const notes = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])
  return { metadata: Object.fromEntries(notes), ...(data === undefined ? {} : { data: Buffer.from(data, 'base64') }) }
}

function toRemote({ metadata, data }: Payload): RemotePayload {
  const notes = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')])
  return { metadata: Object.fromEntries(notes), ...(data ? { data: Buffer.from(data).toString('base64') } : {}) }
}
