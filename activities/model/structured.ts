import type OpenAI from 'openai'
import { type Json } from '../../contract/json.ts'
import { isObject, type JsonSchema, type OutputForm, takesNull, withoutNulls } from '../../contract/structured.ts'
import { jsonIn } from './json-in.ts'
import { type RawReply } from './raw-reply.ts'
import { type Said } from './request.ts'
import { jsonProblem } from './tool-calls.ts'

const toolName = 'answer'

/** What a request says so that the reply is JSON of a schema, in the form that the model understands. */
export function saidForm(form: OutputForm, schema: JsonSchema): Partial<Said> {
  switch (form) {
    case 'json_schema': {
      const strict = strictSchema(schema)
      return { format: { type: 'json_schema', json_schema: { name: 'reply', schema: strict ?? schema, strict: strict !== undefined } } }
    }
    case 'tool': {
      const parameters = isObject(schema) && schema['type'] === 'object' ? schema : wrapped(schema)
      const tool: OpenAI.ChatCompletionTool = {
        type: 'function',
        function: { name: toolName, description: 'Gives your answer.', parameters },
      }
      return { tools: [tool], choice: { type: 'function', function: { name: toolName } } }
    }
    case 'json_object':
      return { format: { type: 'json_object' } }
    case 'text':
      return {}
  }
}

/** The reply as plain text, and the JSON value that it holds, or why there is none. */
export function readForm(raw: RawReply, form: OutputForm, schema: JsonSchema): { raw: RawReply; value?: Json; unreadable?: string } {
  const [call] = raw.calls
  const text = call ? call.arguments : raw.text
  const plain: RawReply = { ...raw, text, calls: [], ...(raw.finish === 'tool_calls' ? { finish: 'stop' } : {}) }
  if (raw.finish === 'length') return { raw: plain, unreadable: 'The reply was cut off at its length limit. Answer shorter.' }
  const found = jsonIn(text)
  if (found === undefined) return { raw: plain, unreadable: 'The reply holds no JSON value.' }
  const value = form === 'tool' && call && schema['type'] !== 'object' && isObject(found) && 'value' in found ? found['value'] : found
  const problem = value === undefined ? 'are missing' : jsonProblem(value, 1)
  return value === undefined || problem !== undefined
    ? { raw: plain, unreadable: `The values ${problem}.` }
    : { raw: plain, value: withoutNulls(schema, value) }
}

function wrapped(schema: JsonSchema): JsonSchema {
  return { type: 'object', properties: { value: schema }, required: ['value'], additionalProperties: false }
}

/** The schema as strict servers want it: every member named and required, optional ones nullable. Undefined when that can't say it. */
function strictSchema(schema: JsonSchema): JsonSchema | undefined {
  if (schema['type'] !== 'object') return undefined
  try {
    return strictly(schema) as JsonSchema
  } catch {
    return undefined
  }
}

/** What strict servers know; other words of JSON Schema are left to our own check. */
const strictWords = new Set(['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const', 'anyOf', 'description'])

function strictly(schema: Json): Json {
  if (!isObject(schema)) throw new Error('not a schema')
  const { properties, required, additionalProperties, items, anyOf, ...rest } = schema
  if ('$ref' in rest || 'allOf' in rest || 'oneOf' in rest || Array.isArray(items) || 'prefixItems' in rest)
    throw new Error('no strict form')
  const plain = Object.fromEntries(Object.entries(rest).filter(([word]) => strictWords.has(word)))
  if (items !== undefined) return { ...plain, items: strictly(items) }
  if (Array.isArray(anyOf)) return { ...plain, anyOf: anyOf.map(strictly) }
  if (schema['type'] !== 'object') return Object.keys(plain).length > 0 ? plain : refuse()
  if (!isObject(properties) || isObject(additionalProperties) || additionalProperties === true) return refuse()
  const needed = Array.isArray(required) ? required : []
  const members = Object.entries(properties).map(([name, member]) => {
    const strict = strictly(member)
    return [name, needed.includes(name) || takesNull(member) ? strict : { anyOf: [strict, { type: 'null' }] }]
  })
  return { ...plain, properties: Object.fromEntries(members), required: Object.keys(properties), additionalProperties: false }
}

function refuse(): never {
  throw new Error('no strict form')
}
