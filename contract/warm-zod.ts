import { z } from 'zod'

// Loaded once per worker and shared by all its workflows: zod builds much of itself at first use, and would build it again in every cached run.
const sample = z.object({ a: z.record(z.string(), z.union([z.string(), z.number()])) })
sample.safeParse({ a: { b: 1 } })
sample.safeParse({ a: 1 })
z.toJSONSchema(sample)
