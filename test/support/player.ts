import { type Reply, type ScriptedRequest } from '../../testing/index.ts'

type Schema = { type?: string; enum?: unknown[]; properties?: Record<string, Schema>; items?: Schema; minItems?: number }

/** The schema that a request asks for, if it asks for JSON. */
export function askedFor({ body }: ScriptedRequest): Schema | undefined {
  return (body['response_format'] as { json_schema?: { schema: Schema } } | undefined)?.json_schema?.schema
}

/** Everything that a request says, as one text. */
export function saidIn({ messages }: ScriptedRequest): string {
  return messages.map(({ content }) => String(content)).join('\n')
}

/** A model that does what it is asked, for every shape that the patterns ask for. */
export function player(request: ScriptedRequest): Reply {
  const schema = askedFor(request)
  const finish = request.tools.find(({ name }) => name === 'finish')
  if (finish) return { toolCalls: [{ name: 'finish', arguments: filled(finish.schema as Schema, request) as Record<string, unknown> }] }
  if (!schema) return `A plain text of the work that ${request.messages.length} messages asked for.`
  return JSON.stringify(filled(schema, request))
}

function filled(schema: Schema, request: ScriptedRequest): unknown {
  const { properties = {} } = schema
  if ('findings' in properties) return judgement(saidIn(request))
  if ('weak' in properties) return { weak: [] }
  // A plan of two steps, which come up as they are done.
  if ('left' in properties) {
    const left = ['look', 'compare'].filter((step) => !saidIn(request).includes(`## ${step}`))
    return { left, answer: left.length === 0 ? 'the second one' : '' }
  }
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'array') return [filled(schema.items!, request), filled(schema.items!, request)]
  if (schema.type === 'object')
    return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, filled(property, request)]))
  return schema.type === 'number' ? 0.9 : schema.type === 'integer' ? 3 : 'some words'
}

/** Every criterion met, with words of the work as evidence. */
export function judgement(said: string, unmet: Record<string, string> = {}, score = 9): object {
  const [, criteria = ''] = /Criteria:\n([\s\S]*?)\n\nSay of each/.exec(said) ?? []
  const [, work = ''] = /The work:\s*<data[^>]*>\n([\s\S]*)\n<\/data>/.exec(said) ?? []
  const findings = [...criteria.matchAll(/^- ([^:]+):/gm)].map(([, criterion = '']) => ({
    criterion,
    met: !(criterion in unmet),
    evidence: unmet[criterion] ?? work.split(/\s+/).slice(0, 3).join(' '),
  }))
  return { findings, score }
}
