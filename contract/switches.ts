import { heldAfter, type Hold, type Switched, switchboard } from './holds.ts'
import { messages } from './messages.ts'
import { isSealed } from './sealed.ts'

/** What of an event of the switches' history is read. */
interface Event<Payload> {
  workflowExecutionSignaledEventAttributes?: { signalName?: string | null; input?: { payloads?: Payload[] | null } | null } | null
  eventTime?: { seconds?: unknown } | null
}

/**
 * What is held now, by the history of the switches. A switch that says nothing, as anybody may send one, does nothing. One that is encrypted and can't be read may hold
 * what is about to happen: that throws.
 */
export async function standingIn<Payload extends Parameters<typeof isSealed>[0]>(
  events: readonly Event<Payload>[],
  decode: (payloads: Payload[]) => Promise<unknown>,
): Promise<Hold[]> {
  const switches: { thrown: Switched; at: number }[] = []
  for (const { workflowExecutionSignaledEventAttributes: signal, eventTime } of events) {
    const payloads = signal?.input?.payloads ?? []
    if (signal?.signalName !== switchboard.signal || payloads.length === 0) continue
    const said = await decode(payloads).catch((error: unknown) => {
      if (payloads.some(isSealed)) throw error
    })
    const { data } = messages.hold.input.safeParse(said)
    if (data) switches.push({ thrown: data, at: Number(eventTime?.seconds ?? 0) * 1_000 })
  }
  return heldAfter(switches)
}
