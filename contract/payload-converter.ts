import { ApplicationFailure, defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common'

/** Where no artifact store is under the converter, larger values are refused. */
const mostBytes = 65_536

/** Refuses what JSON would change silently (NaN, Infinity) and what is over its limit. Workers, clients and the workflow isolate use the same one. */
export class StrictPayloadConverter implements PayloadConverter {
  private readonly mostBytes: number

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes
  }

  toPayload<T>(value: T): Payload {
    const bad = notJson(value, 'value')
    if (bad) throw refused(bad)
    const payload = defaultPayloadConverter.toPayload(value)
    const bytes = payload.data?.length ?? 0
    if (bytes > this.mostBytes)
      throw refused(
        `A value of ${bytes} bytes is over the limit of ${this.mostBytes}: put it into the artifact store and pass its reference`,
      )
    return payload
  }

  fromPayload<T>(payload: Payload): T {
    return defaultPayloadConverter.fromPayload<T>(payload)
  }
}

export const payloadConverter: PayloadConverter = new StrictPayloadConverter(mostBytes)

function notJson(value: unknown, where: string): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return `${where} is ${value}, which JSON can't hold`
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    const bad = notJson(member, `${where}.${key}`)
    if (bad) return bad
  }
  return undefined
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'PayloadRefused',
    message: `${message}.`,
    nonRetryable: true,
    details: [{ effect: 'unknown', next: 'Keep large values in the artifact store.' }],
  })
}
