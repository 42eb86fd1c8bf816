import { asyncLocalStorage } from '@temporalio/activity'
import { type ArtifactStore } from '../../store/store.ts'
import { isBinary } from '../tools/file.ts'
import { type Redact, redacted } from './redact.ts'

/** A store that secrets don't get into: what is put as text is kept without them, under the hash that it has then. Packs of git and other binary content stay as they are. */
export function withoutSecrets(store: ArtifactStore, redact: Redact): ArtifactStore {
  return {
    ...(store.sealing ? { sealing: store.sealing } : {}),
    put(content) {
      if (typeof content === 'string') return store.put(redact(content))
      const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
      if (isBinary(bytes)) return store.put(content)
      // One character a byte, so that what is no UTF-8 stays what it is.
      const text = bytes.toString('latin1')
      const clean = redact(text)
      return store.put(clean === text ? content : Buffer.from(clean, 'latin1'))
    },
    get: (sha256) => store.get(sha256),
    text: (sha256) => store.text(sha256),
    has: (sha256) => store.has(sha256),
    point: (key, ref) => store.point(key, ref),
    claim: (key, ref) => store.claim(key, ref),
    resolve: (key) => store.resolve(key),
    keys: (prefix) => store.keys(prefix),
    remove: (key) => store.remove(key),
  }
}

/** Activities whose results, errors and heartbeats carry no secrets. */
export function guarded<Made extends object>(activities: Made, redact: Redact): Made {
  const names = Object.keys(activities) as (keyof Made)[]
  return Object.fromEntries(names.map((name) => [name, guard(activities[name] as Activity, redact)])) as Made
}

type Activity = (...args: unknown[]) => Promise<unknown>

function guard(activity: Activity, redact: Redact): Activity {
  return async (...args) => {
    const context = asyncLocalStorage.getStore()
    if (context) {
      const beat = context.heartbeat.bind(context)
      Object.defineProperty(context, 'heartbeat', { value: (details?: unknown) => beat(redacted(redact, details)), configurable: true })
    }
    try {
      return redacted(redact, await activity(...args))
    } catch (error) {
      throw clean(error, redact, new Set())
    }
  }
}

/** The same error, so that its class stays what it is. */
function clean(error: unknown, redact: Redact, seen: Set<unknown>): unknown {
  if (typeof error === 'string') return redact(error)
  if (typeof error !== 'object' || error === null || seen.has(error)) return error
  seen.add(error)
  for (const name of ['message', 'stack', 'details', 'failure'] as const) {
    const found: unknown = Reflect.get(error, name)
    if (found !== undefined) Reflect.set(error, name, redacted(redact, found))
  }
  const cause: unknown = Reflect.get(error, 'cause')
  if (cause !== undefined) Reflect.set(error, 'cause', clean(cause, redact, seen))
  return error
}
