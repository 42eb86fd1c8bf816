import { z } from 'zod'

/** Plain JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Names bytes in the artifact store: SHA-256 in lower-case hex, and how many bytes there are. */
export const Ref = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() })
export type Ref = z.infer<typeof Ref>

/** Text that may live in the artifact store. */
export type Text = string | Ref

/** Whether a value is a reference and nothing else. */
export function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 2 && Ref.safeParse(value).success
}
