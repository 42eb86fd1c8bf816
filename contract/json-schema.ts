import { z } from 'zod'

/** A JSON Schema that somebody gives with an input: refused at once where it can't be read. */
export const JsonSchema = z.record(z.string(), z.json()).refine(isReadable, 'it is no JSON Schema that can be read')

function isReadable(schema: Parameters<typeof z.fromJSONSchema>[0]): boolean {
  try {
    return z.fromJSONSchema(schema) instanceof z.ZodType
  } catch {
    return false
  }
}
