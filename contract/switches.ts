import { heldAfter, type Hold, type Switched, switchboard } from './holds.ts'
import { messages } from './messages.ts'

/** What of an event of the switches' history is read. */
interface Event<Payload> {
  workflowExecutionSignaledEventAttributes?: { signalName?: string | null; input?: { payloads?: Payload[] | null } | null } | null
  eventTime?: { seconds?: unknown } | null
}

/** What is held now, by the history of the switches. A switch that can't be read, as anybody may send one, does nothing: runs would not do anything with it either. */
export async function standingIn<Payload>(
  events: readonly Event<Payload>[],
  decode: (payloads: Payload[]) => Promise<unknown>,
): Promise<Hold[]> {
  const switches: { thrown: Switched; at: number }[] = []
  for (const { workflowExecutionSignaledEventAttributes: signal, eventTime } of events) {
    const payloads = signal?.input?.payloads ?? []
    if (signal?.signalName !== switchboard.signal || payloads.length === 0) continue
    const { data } = messages.hold.input.safeParse(await decode(payloads).catch(() => undefined))
    if (data) switches.push({ thrown: data, at: Number(eventTime?.seconds ?? 0) * 1_000 })
  }
  return heldAfter(switches)
}
