import { isBuiltinTool, jsonSchema } from '../../contract/tools.ts'
import { type Tool, toolTags } from '../../contract/workspace.ts'
import { type OwnTool, type ServedTool } from './tool.ts'

/** The preflight brings all of them into every run's history, and each continuation carries them: a payload has its limit. */
const mostBytes = 16 * 1024

/** Tools of one's own by name; throws where one cannot be what it says it is. */
export function registered(tools: OwnTool[] = []): Map<string, OwnTool> {
  const byName = new Map<string, OwnTool>()
  for (const tool of tools) {
    const problem = problemOf(tool) ?? (byName.has(tool.name) ? 'there are two of this name' : undefined)
    if (problem !== undefined) throw new Error(`The tool ${JSON.stringify(tool.name)} cannot be registered: ${problem}.`)
    byName.set(tool.name, tool)
  }
  const bytes = Buffer.byteLength(JSON.stringify([...byName.values()].map(described)))
  if (bytes > mostBytes) throw new Error(`The descriptions and schemas of the registered tools have ${bytes} bytes; ${mostBytes} fit.`)
  return byName
}

/** A tool of one's own as plain data, as workflows and models see it. */
export function described({
  name,
  description,
  arguments: own,
  schema,
  class: effectClass = 'once',
  tags,
  minutes = 1,
  polling,
  prepare,
  compensate,
}: ServedTool): Tool {
  return {
    name,
    description,
    schema: schema ?? jsonSchema(own),
    class: effectClass,
    ...(tags ? { tags } : {}),
    minutes,
    own: true,
    ...(polling ? { polling } : {}),
    ...(prepare ? { prepares: true } : {}),
    ...(compensate ? { compensates: true } : {}),
  }
}

function problemOf(tool: OwnTool): string | undefined {
  const { name, class: effectClass = 'once', tags = [], minutes = 1, keyLifeHours = 24, find, polling } = tool
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) return 'a name is up to 64 letters, digits, _ and -, and begins with a letter'
  if (isBuiltinTool(name)) return "it is one of Loopwright's own"
  if (!['read', 'keyed', 'findable', 'once'].includes(effectClass)) return `there is no class ${JSON.stringify(effectClass)}`
  const stranger = tags.find((tag) => !toolTags.includes(tag))
  if (stranger !== undefined) return `there is no tag ${JSON.stringify(stranger)}`
  if (effectClass === 'findable' && !find) return 'a findable tool has a `find`'
  if (effectClass === 'read' && (tool.prepare || tool.compensate)) return 'a tool that only reads has nothing to prepare or to undo'
  if (polling && effectClass !== 'read') return 'only a tool that reads may poll'
  if (!(minutes > 0 && minutes <= 60)) return 'minutes is more than 0 and at most 60'
  if (!(keyLifeHours > 0)) return 'keyLifeHours is more than 0'
  return undefined
}
