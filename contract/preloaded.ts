import { z } from 'zod'
import { digest } from './digest.ts'
import { workspaceTools } from './tools.ts'

// Loaded once per worker and shared, frozen, by all its workflows; each would make it anew, and what is new is slow: zod builds much of itself at first use, and a hash
// is ten times quicker once its code is hot. Schemas that workflows use can't be here: they grow when they are used.
const sample = z.object({ a: z.record(z.string(), z.union([z.string(), z.number()])) })
sample.safeParse({ a: { b: 1 } })
sample.safeParse({ a: 1 })
z.toJSONSchema(sample)
digest({ tools: workspaceTools({ allowRun: true, path: '' }) })
