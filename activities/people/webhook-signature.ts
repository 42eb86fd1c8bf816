import { ApplicationFailure } from '@temporalio/common'
import { createHmac } from 'node:crypto'

/** A signature as Standard Webhooks have it: of a secret `whsec_…` the rest is the key in base64; any other secret is the key as it stands. */
export function webhookSignature(secret: string, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

function keyOf(secret: string): Buffer {
  const encoded = /^whsec_(.*)$/s.exec(secret)?.[1]
  if (encoded === undefined) return Buffer.from(secret)
  const key = Buffer.from(encoded, 'base64')
  if (key.length > 0 && key.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '')) return key
  const message = 'LOOPWRIGHT_NOTIFY_SECRET begins with whsec_, but what follows is no base64'
  throw ApplicationFailure.create({ message, type: 'NotNotified', nonRetryable: true })
}
