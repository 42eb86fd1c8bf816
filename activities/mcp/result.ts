import { type CallToolResult } from '@modelcontextprotocol/client'

/** What a server answered, as the model reads it: texts as they are, of everything else what it is. */
export function textOfResult({ content, structuredContent, isError }: CallToolResult): string {
  const parts = content.map(partOf)
  const said = parts.length > 0 ? parts.join('\n') : JSON.stringify(structuredContent ?? null)
  return isError ? `The tool reports an error:\n${said}` : said
}

function partOf(part: CallToolResult['content'][number]): string {
  if (part.type === 'text') return part.text
  if (part.type === 'resource_link') return `[${part.name}: ${part.uri}]`
  if (part.type === 'resource') return 'text' in part.resource ? part.resource.text : `[resource ${part.resource.uri}]`
  return `[${part.type} ${part.mimeType}, ${Math.round((part.data.length * 3) / 4)} bytes]`
}
