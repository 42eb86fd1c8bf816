import { z } from 'zod'
import { Ref } from '../contract/json.ts'

/** What a readable key's file or object holds: the key itself, because its name may be a hash, and what it points at. */
export const Pointer = z.strictObject({ key: z.string(), ref: Ref })
export type Pointer = z.infer<typeof Pointer>
