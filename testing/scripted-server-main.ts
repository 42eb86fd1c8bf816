import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type ScriptedPrice } from './counts.ts'
import { type ProviderKindName, providerKinds } from './kinds/index.ts'
import { type Script } from './reply.ts'
import { startScriptedServer } from './scripted-server.ts'

/** What a script file may export: the script as `default`, and `prices`. */
interface ScriptFile {
  default: Script
  prices?: Record<string, ScriptedPrice>
}

const { values } = parseArgs({ options: { script: { type: 'string' }, port: { type: 'string' }, kind: { type: 'string' } } })
if (values.script === undefined) {
  console.error(
    'Name the script: --script FILE [--port NUMBER] [--kind KIND], where FILE is a module whose default export is a function or a list of replies.',
  )
  process.exit(1)
}
const file: unknown = await import(pathToFileURL(resolve(values.script)).href)
if (!isScriptFile(file)) {
  console.error(`${values.script} has no default export that is a function or a list of replies.`)
  process.exit(1)
}
if (values.kind !== undefined && !isKind(values.kind)) {
  console.error(`There is no kind ${values.kind}, only ${Object.keys(providerKinds).join(', ')}.`)
  process.exit(1)
}
const server = await startScriptedServer({
  script: file.default,
  ...(file.prices ? { prices: file.prices } : {}),
  ...(values.kind === undefined ? {} : { kind: values.kind }),
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
})
console.log(server.url)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close().then(() => process.exit(0)))

function isKind(name: string): name is ProviderKindName {
  return Object.hasOwn(providerKinds, name)
}

function isScriptFile(value: unknown): value is ScriptFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    'default' in value &&
    (typeof value.default === 'function' || Array.isArray(value.default))
  )
}
