import { z } from 'zod'

/** One flag of the command line, as the schema describes it. */
export interface Flag {
  /** Where the value goes in the input: `['limits', 'attempts']`. */
  path: string[]
  /** What is typed after `--`: `attempts`. */
  name: string
  /** The other spelling, for fields of nested objects: `limits.attempts`. */
  alias?: string
  kind: 'boolean' | 'number' | 'list' | 'text' | 'json'
  /** What stands between the angle brackets; absent for booleans. */
  placeholder?: string
  description: string
  required: boolean
}

interface Schema {
  type?: string
  description?: string
  default?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  items?: Schema
}

const SchemaShape: z.ZodType<Schema> = z.looseObject({})

/** Every field of an object schema as a flag; the fields of nested objects become flags of their own. */
export function flagsOf(schema: z.ZodType): Flag[] {
  const { properties = {}, required = [] } = SchemaShape.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  // Where a transform follows, the JSON Schema leaves the default out.
  for (const [field, property] of Object.entries(properties)) property.default ??= defaultOf(schema, field)
  const taken = new Set(Object.keys(properties))
  return Object.entries(properties).flatMap(([field, property]): Flag[] => {
    if (!property.properties) return [flag([field], kebab(field), property, required.includes(field))]
    return Object.entries(property.properties).map(([inner, innerProperty]) => {
      const dotted = `${kebab(field)}.${kebab(inner)}`
      const path = [field, inner]
      return taken.has(inner)
        ? flag(path, dotted, innerProperty, false)
        : { ...flag(path, kebab(inner), innerProperty, false), alias: dotted }
    })
  })
}

function flag(path: string[], name: string, schema: Schema, required: boolean): Flag {
  const kind = kindOf(schema)
  const fallback = schema.default === undefined || schema.default === false ? '' : ` (default: ${written(schema.default)})`
  return {
    path,
    name,
    kind,
    ...(kind === 'boolean' ? {} : { placeholder: placeholder(kind, schema) }),
    description: `${schema.description ?? ''}${fallback}`,
    required,
  }
}

function defaultOf(schema: z.ZodType, field: string): unknown {
  const inner = schema instanceof z.ZodObject ? schema.shape[field] : undefined
  return inner instanceof z.ZodDefault ? inner.def.defaultValue : undefined
}

function kindOf(schema: Schema): Flag['kind'] {
  const variants = schema.anyOf ?? [schema]
  const types = variants.map(({ type }) => type)
  if (types.includes('array')) return 'list'
  if (types.includes('object')) return 'json'
  if (types.includes('number') || types.includes('integer')) return 'number'
  return types.every((type) => type === 'boolean') ? 'boolean' : 'text'
}

function placeholder(kind: Flag['kind'], schema: Schema): string {
  const choices = schema.enum ?? [schema.items, ...(schema.items?.anyOf ?? [])].find((item) => item?.enum)?.enum
  if (choices) return kind === 'list' ? `${choices.join(',')}` : choices.join('|')
  const constant = schema.anyOf?.find((variant) => variant.const !== undefined)?.const
  const word = { number: 'number', list: 'a,b', text: 'text', json: 'json', boolean: '' }[kind]
  return constant === undefined ? word : `${word}|${written(constant)}`
}

/** Reads the text of a flag; what cannot be read is handed on as it is, so that the schema's own sentence refuses it. */
export function readFlag({ kind }: Flag, text: string): unknown {
  if (kind === 'list') return text.split(',').map((item) => item.trim())
  if (kind === 'number') return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
  if (kind !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `allowRun` as it is typed: `allow-run`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function written(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(',') : typeof value === 'string' ? value : JSON.stringify(value)
}
