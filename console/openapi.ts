import { z } from 'zod'
import { apiRoles } from '../contract/api-roles.ts'
import { type Route } from '../contract/api-route.ts'
import { ErrorShape } from '../contract/api-shapes.ts'
import { routes } from '../contract/api.ts'
import { type Json } from '../contract/json.ts'

type Schemas = Record<string, Json>

/** The API as OpenAPI 3.1, printed from the table that the server is made from. */
export function openApi(): Json {
  const schemas: Schemas = {}
  const failure = { description: 'What went wrong, and what to do about it.', content: json(schemaOf(ErrorShape, 'Problem', schemas)) }
  const paths: Record<string, Record<string, Json>> = {}
  for (const [name, route] of Object.entries<Route>(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(name, route, failure, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Loopwright',
      version: '1',
      description: `Roles of tokens: ${Object.entries(apiRoles)
        .map(([role, what]) => `${role} ${what}`)
        .join('; ')}.`,
    },
    paths,
    components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}

function operation(name: string, { path, roles, description, query, body, answer }: Route, failure: Json, schemas: Schemas): Json {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const asked = query ? Object.entries(query.shape).map(([key, schema]) => queryParameter(key, schema as z.ZodType)) : []
  return {
    operationId: name,
    description,
    ...(roles === 'public' ? { security: [] } : { security: [{ token: [] }], 'x-roles': [...roles] }),
    ...(parameters.length + asked.length > 0 ? { parameters: [...parameters, ...asked] } : {}),
    ...(body ? { requestBody: { required: true, content: json(schemaOf(body, `${name}Body`, schemas, 'input')) } } : {}),
    responses: { 200: { description: 'As it says.', content: content(name, answer, schemas) }, default: failure },
  }
}

function content(name: string, answer: Route['answer'], schemas: Schemas): Json {
  if (answer === 'bytes') return { 'application/octet-stream': {} }
  if (answer === 'file') return { 'text/*': {} }
  if ('stream' in answer) return { 'text/event-stream': { schema: schemaOf(answer.stream, name, schemas) } }
  return json(schemaOf(answer, name, schemas))
}

function queryParameter(name: string, schema: z.ZodType): Json {
  const { description, ...rest } = z.toJSONSchema(schema, { io: 'output' }) as { [key: string]: Json }
  const { $schema: _$schema, ...plain } = rest
  return { name, in: 'query', required: !schema.safeParse(undefined).success, ...(description ? { description } : {}), schema: plain }
}

const json = (schema: Json) => ({ 'application/json': { schema } })

/** A schema under its name; what it defines for itself is lifted beside it, because references count from the top of the document. */
function schemaOf(schema: z.ZodType, name: string, schemas: Schemas, io: 'input' | 'output' = 'output'): Json {
  const printed = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  const text = JSON.stringify(printed)
    .replaceAll('"#/$defs/', `"#/components/schemas/${name}.`)
    .replaceAll('"$ref":"#"', `"$ref":"#/components/schemas/${name}"`)
  const { $schema: _$schema, $defs = {}, ...plain } = JSON.parse(text) as { [key: string]: Json }
  for (const [key, value] of Object.entries($defs as Schemas)) schemas[`${name}.${key}`] = value
  schemas[name] = plain
  return { $ref: `#/components/schemas/${name}` }
}
