import { utf8Bytes } from '../../contract/digest.ts'
import { isRef, type Json, type Ref, type Text } from '../../contract/json.ts'
import { ArtifactMissing } from '../../store/missing.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { failure } from '../failure.ts'

/** The text itself, read from the store when it is a reference; fails with `ArtifactMissing`. */
export async function resolveText(store: ArtifactStore, text: Text): Promise<string> {
  return typeof text === 'string' ? text : readText(store, text)
}

/** Replaces every `{ sha256, bytes }` inside a value by its text. */
export async function resolveReferences(store: ArtifactStore, value: Json): Promise<Json> {
  if (isRef(value)) return readText(store, value)
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveReferences(store, item)))
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).map(async ([key, member]) => [key, await resolveReferences(store, member)] as const)
  return Object.fromEntries(await Promise.all(members))
}

/** The text, or its reference in the store when it has more than `inlineBytes` UTF-8 bytes. */
export async function keepText(store: ArtifactStore, text: string, inlineBytes: number): Promise<Text> {
  return utf8Bytes(text) <= inlineBytes ? text : store.put(text)
}

async function readText(store: ArtifactStore, ref: Ref): Promise<string> {
  try {
    return await store.text(ref.sha256)
  } catch (error) {
    if (!(error instanceof ArtifactMissing)) throw error
    const next = 'Give the worker the store in which the run began, or start the run again.'
    throw failure('ArtifactMissing', error.message, { effect: 'no', next }, error)
  }
}
