import { JsonSchema } from '../json-schema.ts'

/** What a schema may say only where it says the type, too: without it, it would hold for nothing. */
const constraints = [
  ...['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
]
const known = [...constraints, 'type', 'enum', 'const', 'anyOf', 'allOf', 'oneOf', 'title', 'description']

/** JSON Schema that means what it says: no regular expressions, which could stall whoever decides, and nothing that would be passed over. */
export const Shape = JsonSchema.superRefine((schema, context) => {
  const problem = problemOf(schema)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

function problemOf(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return typeof schema === 'boolean' ? undefined : 'a schema is an object'
  const own = Object.keys(schema)
  const stranger = own.find((key) => !known.includes(key))
  if (stranger !== undefined) return `schemas of policies don't know ${JSON.stringify(stranger)}; they know ${known.join(', ')}`
  const {
    type,
    properties = {},
    required = [],
    items,
    additionalProperties = true,
    anyOf = [],
    allOf = [],
    oneOf = [],
  } = schema as Record<string, unknown>
  const bound = own.find((key) => constraints.includes(key))
  if (type === undefined && bound !== undefined) return `${bound} holds only where the type is said, too`
  const unlisted = (Array.isArray(required) ? required : []).find((name) => !Object.hasOwn(Object(properties), String(name)))
  if (unlisted !== undefined) return `${String(unlisted)} is required, and must stand among the properties`
  const inner = [
    ...Object.values(Object(properties)),
    ...(items === undefined ? [] : [items]),
    additionalProperties,
    ...[anyOf, allOf, oneOf].flat(),
  ]
  return inner.map((member) => problemOf(member)).find((problem) => problem !== undefined)
}
