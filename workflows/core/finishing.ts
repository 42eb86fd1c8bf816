import { isRef, type Json, type Ref } from '../../contract/json.ts'
import { builtinTools, jsonSchema } from '../../contract/tools.ts'
import { type Tool } from '../../contract/workspace.ts'
import { activities } from './activities.ts'
import { road } from './road.ts'

/** The tool that ends an agent's work, for agents without a workspace; `schema` is that of its answer, as JSON Schema of an object. */
export function finishing(schema: Tool['schema'] = jsonSchema(builtinTools.finish.arguments)): Tool {
  const { description, class: effect, minutes } = builtinTools.finish
  return { name: 'finish', description: `${description} Its arguments are your answer.`, schema, class: effect, minutes }
}

type Given = { [key: string]: Json }

/** What an agent gave as its answer, with the texts that went by hash. */
export function resolvedAnswer(given: Given): Promise<Given> {
  const refs = refsIn(given)
  if (refs.length === 0) return Promise.resolve(given)
  return road({ name: 'answer', kind: 'tool', text: 'reading the answer', call: { given } }, async (path) => {
    const texts = await activities(path, { quick: true }).getArtifacts(refs)
    const bySha = new Map(refs.map(({ sha256 }, index) => [sha256, texts[index]!]))
    return filled(given, bySha) as Given
  })
}

function refsIn(value: Json): Ref[] {
  if (isRef(value)) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(refsIn) : []
}

function filled(value: Json, texts: Map<string, string>): Json {
  if (isRef(value)) return texts.get(value.sha256) ?? null
  if (Array.isArray(value)) return value.map((member) => filled(member, texts))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, texts)]))
}
