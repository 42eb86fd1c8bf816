import { ApplicationFailure } from '@temporalio/common'
import { z } from 'zod'
import { type ArtifactStore } from '../../store/store.ts'
import { modelFailure } from './errors.ts'

/** So many failures in a row, and a provider is skipped. */
const mostFailures = 5
/** For how long at first; twice as long each time that it fails again, up to the longest. */
const firstMilliseconds = 30_000
const longestMilliseconds = 300_000
/** How long what another worker wrote down may go unread. */
const freshMilliseconds = 5_000

const Opened = z.strictObject({ until: z.number(), times: z.int(), why: z.string() })
type Opened = z.output<typeof Opened>

/** The key in the store under which workers tell each other that a provider is skipped. */
export const breakerKey = (provider: string): string => `provider/${provider}`

/** What the store says of a provider that is skipped, or was. */
export async function readBreaker(store: ArtifactStore, provider: string): Promise<Opened | undefined> {
  const ref = await store.resolve(breakerKey(provider))
  return ref && Opened.parse(JSON.parse(await store.text(ref.sha256)))
}

/** Providers that keep failing are skipped for a while by every run, on every worker that shares the store. */
export class Breaker {
  private readonly store: ArtifactStore
  private readonly firstMilliseconds: number
  private readonly failures = new Map<string, number>()
  private readonly known = new Map<string, { opened: Opened | undefined; readAt: number }>()

  constructor(store: ArtifactStore, first = firstMilliseconds) {
    this.store = store
    this.firstMilliseconds = first
  }

  /** Makes a call, unless its provider is skipped: then it fails as `Skipped`, and nothing is asked. */
  async through<T>(provider: string, call: () => Promise<T>): Promise<T> {
    const opened = await this.read(provider)
    if (opened && opened.until > Date.now()) throw skipped(provider, opened)
    try {
      const result = await call()
      this.failures.delete(provider)
      if (opened && opened.times > 0) await this.write(provider, { until: 0, times: 0, why: '' })
      return result
    } catch (error) {
      if (isFailing(error)) await this.failed(provider, opened, error.message)
      throw error
    }
  }

  private async failed(provider: string, opened: Opened | undefined, why: string): Promise<void> {
    const failures = (this.failures.get(provider) ?? 0) + 1
    this.failures.set(provider, failures)
    // After it was skipped, one more failure is enough.
    if (failures < mostFailures && !opened?.times) return
    const times = (opened?.times ?? 0) + 1
    const milliseconds = Math.min(longestMilliseconds, this.firstMilliseconds * 2 ** (times - 1))
    await this.write(provider, { until: Date.now() + milliseconds, times, why })
  }

  private async read(provider: string): Promise<Opened | undefined> {
    const known = this.known.get(provider)
    if (known && Date.now() - known.readAt < freshMilliseconds) return known.opened
    const opened = await readBreaker(this.store, provider)
    this.known.set(provider, { opened, readAt: Date.now() })
    return opened
  }

  private async write(provider: string, opened: Opened): Promise<void> {
    this.known.set(provider, { opened, readAt: Date.now() })
    await this.store.point(breakerKey(provider), await this.store.put(JSON.stringify(opened)))
  }
}

/** Whether an error says that the provider itself is in trouble, rather than the request or the key. */
function isFailing(error: unknown): error is ApplicationFailure {
  return error instanceof ApplicationFailure && ['ServerError', 'ConnectionFailed', 'TimedOut'].includes(error.type ?? '')
}

function skipped(provider: string, { until, why }: Opened): ApplicationFailure {
  const seconds = Math.ceil((until - Date.now()) / 1000)
  const message = `${provider} is skipped for another ${seconds} s because it kept failing: ${why}`
  return modelFailure('Skipped', message, { charged: 'no', retryAfterMilliseconds: until - Date.now() + 100 })
}
