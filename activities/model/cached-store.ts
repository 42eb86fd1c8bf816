import { type ArtifactStore } from '../../store/store.ts'

const cachedBytes = 64 * 1024 * 1024

/** The same store, which keeps the texts it read last in memory: by their hash they never change. */
export function cachedStore(store: ArtifactStore, mostBytes = cachedBytes): ArtifactStore {
  const texts = new Map<string, string>()
  let bytes = 0
  const keep = (sha256: string, text: string) => {
    if (text.length > mostBytes / 4) return
    texts.set(sha256, text)
    bytes += text.length
    for (const [oldest, { length }] of texts) {
      if (bytes <= mostBytes) return
      texts.delete(oldest)
      bytes -= length
    }
  }
  return {
    async text(sha256) {
      const known = texts.get(sha256)
      if (known === undefined) {
        const text = await store.text(sha256)
        if (!texts.has(sha256)) keep(sha256, text)
        return text
      }
      texts.delete(sha256)
      texts.set(sha256, known)
      return known
    },
    put: (content) => store.put(content),
    get: (sha256) => store.get(sha256),
    has: (sha256) => store.has(sha256),
    point: (key, ref) => store.point(key, ref),
    claim: (key, ref) => store.claim(key, ref),
    resolve: (key) => store.resolve(key),
    keys: (prefix) => store.keys(prefix),
    remove: (key) => store.remove(key),
  }
}
