import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson, digest } from '../../contract/digest.ts'
import { type EffectCall } from '../../contract/effects.ts'
import { type ArtifactStore } from '../../store/store.ts'
import { failure } from '../failure.ts'

const Intent = z.strictObject({ by: z.string(), at: z.number() })
const End = z.strictObject({ text: z.string(), happened: z.enum(['yes', 'no']), how: z.enum(['performed', 'refused', 'found']) })
/** How an effect ended, for ever. */
export type End = z.output<typeof End>

/**
 * What is written down about one effect, in the store that all workers share. Each record is written once, by the first who claims it:
 * 1. `call`: the digest of what is called; another call under the same id is an error.
 * 2. `intent/N`: try N is about to act. Written before the effect; where it is missing, nothing happened.
 * 3. `fence/N`: tries before N act no more. Raised first and intents looked for afterwards, while a try writes its intent first and looks for
 *    the fence afterwards: one of the two always sees the other.
 * 4. `end`: what came of it.
 */
export class EffectLog {
  readonly #store: ArtifactStore
  readonly #key: string

  constructor(store: ArtifactStore, effect: string) {
    this.#store = store
    this.#key = `effect/${effect}`
  }

  /** Fails when this effect was another call before. */
  async sameCall({ run, stage, effect, tool, arguments: argument }: EffectCall): Promise<void> {
    const mine = await this.#store.put(canonicalJson({ effect, call: digest({ tool, arguments: argument }) }))
    const standing = await this.#store.claim(`${this.#key}/call`, mine)
    if (standing.sha256 === mine.sha256) return
    throw failure('EffectChanged', `The effect ${effect} was another call before; nothing was done.`, {
      run,
      stage,
      effect: 'no',
      next: 'Let workflow code branch only on its input and on results of the roads; then start a new run.',
    })
  }

  /** Says that try N is about to act; `mine` is false when somebody else has said so before, at that time. */
  async intend(fence: number): Promise<{ mine: boolean; at: number }> {
    const mine = await this.#put({ by: randomUUID(), at: Date.now() })
    const standing = await this.#store.claim(`${this.#key}/intent/${fence}`, mine)
    const { at } = Intent.parse(JSON.parse(await this.#store.text(standing.sha256)))
    return { mine: standing.sha256 === mine.sha256, at }
  }

  /** Whether try N was about to act. What earlier ones left behind was settled before N began. */
  async intended(fence: number): Promise<boolean> {
    return (await this.#store.resolve(`${this.#key}/intent/${fence}`)) !== undefined
  }

  /** Stops every try before N. */
  async raise(fence: number): Promise<void> {
    await this.#store.claim(`${this.#key}/fence/${fence}`, await this.#put({ fence }))
  }

  /** Whether try N has been stopped. */
  async isFenced(fence: number): Promise<boolean> {
    return (await this.#store.resolve(`${this.#key}/fence/${fence + 1}`)) !== undefined
  }

  /** Writes down how it ended; what stood there first stands. */
  async finish(end: End): Promise<End> {
    return this.#read(await this.#store.claim(`${this.#key}/end`, await this.#put(end)))
  }

  async end(): Promise<End | undefined> {
    const ref = await this.#store.resolve(`${this.#key}/end`)
    return ref && this.#read(ref)
  }

  async #read({ sha256 }: { sha256: string }): Promise<End> {
    return End.parse(JSON.parse(await this.#store.text(sha256)))
  }

  #put(record: unknown) {
    return this.#store.put(JSON.stringify(record))
  }
}
