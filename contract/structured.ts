import { z } from 'zod'
import { canonicalJson } from './digest.ts'
import { type Json } from './json.ts'

/** How a model is asked for JSON, the surest first: a schema it must follow, a call it must make, JSON of any shape, words. */
export const outputForms = ['json_schema', 'tool', 'json_object', 'text'] as const
export type OutputForm = (typeof outputForms)[number]

/** The next form to try with a model that doesn't understand this one. */
export function nextForm(form: OutputForm): OutputForm | undefined {
  return outputForms[outputForms.indexOf(form) + 1]
}

export type JsonSchema = { [key: string]: Json }

/** A schema as JSON Schema of what the model writes; throws for what JSON can't say (dates, transforms without an input). */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return JSON.parse(JSON.stringify(rest)) as JsonSchema
}

/** A value without the nulls that stand for absent members: a model that must write every member writes null for those it leaves out. */
export function withoutNulls(schema: Json | undefined, value: Json): Json {
  if (typeof value !== 'object' || value === null || !isObject(schema)) return value
  if (Array.isArray(value)) return value.map((member) => withoutNulls(schema['items'], member))
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const kept = Object.entries(value).filter(([name, member]) => {
    const known = properties[name]
    return !(member === null && known !== undefined && !required.includes(name) && !takesNull(known))
  })
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutNulls(properties[name], member)]))
}

/** Whether a schema allows null by itself. */
export function takesNull(schema: Json): boolean {
  if (!isObject(schema)) return false
  const { type, anyOf, enum: values } = schema
  if (type === 'null' || (Array.isArray(type) && type.includes('null')) || schema['const'] === null) return true
  if (Array.isArray(values)) return values.includes(null)
  return Array.isArray(anyOf) && anyOf.some(takesNull)
}

export function isObject(value: Json | undefined): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The words that ask for JSON where no setting of the request can. */
export function schemaWords(schema: JsonSchema): string {
  return `Answer with one JSON value and nothing else. It must fit this JSON Schema:\n${canonicalJson(schema)}`
}
