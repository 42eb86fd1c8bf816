import { type Command } from 'commander'
import { userInfo } from 'node:os'
import { apiRoles } from '../../contract/api-roles.ts'
import { openTokens } from '../../console/tokens.ts'
import { connect, health } from '../../client/index.ts'
import { knownWorkflows } from '../catalogue.ts'
import { interruption } from '../interruption.ts'
import { positiveNumber } from '../options.ts'
import { createPrinter } from '../printer.ts'
import { connection, globalOptions, notOverHttp } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'

interface ServeOptions {
  host: string
  port: string
  hostName?: string[]
  roles: string
  codecOrigin?: string
  workflows?: string
}

const here = (word: string, all: string[] = []) => [...all, word]
const rolesText = Object.entries(apiRoles)
  .map(([role, what]) => `${role} ${what}`)
  .join('; ')

/** The HTTP API: serve, token. */
export function addApi(program: Command): void {
  program
    .command('serve')
    .description('Serves the HTTP API and the inbox page until Ctrl-C, and prints an address that signs you in once.')
    .option('--host <address>', 'where it listens; anything but loopback belongs behind a proxy with TLS', '127.0.0.1')
    .option('--port <number>', 'where it listens; 0 is any free port', '7777')
    .option('--host-name <name:port>', 'another name by which it is called, of a proxy in front; may be repeated', here)
    .option('--roles <a,b>', 'what the printed address may do', 'admin')
    .option('--codec-origin <url>', "the address of Temporal's console, which may then decrypt in a browser (default: none)")
    .option('--workflows <file>', "a workflows file of one's own")
    .action((options: ServeOptions, command: Command) => serveApi(options, command))
  addTokens(program)
}

async function serveApi({ host, port, hostName, roles, codecOrigin, workflows }: ServeOptions, command: Command): Promise<void> {
  notOverHttp(command, 'is what serves it')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageProblem(`${port} is no port; nothing was started`, 'loopwright serve --port 7777')
  const { json, ...options } = globalOptions(command)
  const printer = createPrinter(json)
  const declarations = await knownWorkflows(workflows)
  const tokens = openTokens(process.env, options.stateFolder)
  // What cannot be read is said now, not to whoever comes.
  await tokens.read()
  const loopwright = await connect({ ...connection(options), declarations })
  const interrupted = interruption()
  try {
    const { serve } = await import('../../console/serve.ts')
    const served = await serve({
      loopwright,
      declarations,
      health: () => health(connection(options)),
      tokens,
      environment: process.env,
      host,
      port: Number(port),
      names: hostName ?? [],
      ...(codecOrigin === undefined ? {} : { codecOrigin: originOf(codecOrigin) }),
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error
      throw new UsageProblem(`something else listens at ${host}:${port}; nothing was started`, 'loopwright serve --port 0')
    })
    const code = served.sessions.invite({ name: userInfo().username, roles: listed(roles) })
    const open = `${served.url}/#code=${code}`
    const vouches = process.env['LOOPWRIGHT_GRANT_KEY']
      ? 'decisions are proven'
      : 'decisions are unverified: LOOPWRIGHT_GRANT_KEY is not set'
    const lines = [
      `the API is served at ${served.url}; ${vouches}`,
      `Next: open ${open} (it signs in once, within 10 minutes); Ctrl-C ends it`,
    ]
    printer.print({ kind: 'serving', url: served.url, open }, lines.join('\n'))
    await interrupted.happened
    await served.stop()
  } finally {
    interrupted.forget()
    await loopwright.close()
  }
  printer.print({ kind: 'ended' }, 'the API has ended; runs go on')
  process.exitCode = exitCodes.accepted
}

function originOf(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  if (origin !== 'null') return origin
  throw new UsageProblem(`${text} is no address of a page; nothing was started`, 'loopwright serve --codec-origin http://127.0.0.1:8233')
}

function addTokens(program: Command): void {
  const token = program.command('token').description('Who may use the HTTP API: add, list, remove. A token is kept by its hash alone.')
  token
    .command('add')
    .description('Makes a token and prints it once; the one that the name had before holds no more.')
    .argument('<name>', 'whose it is: what they do is recorded under it')
    .option('--roles <a,b>', `what it may do (${rolesText}), and roles that gates ask for`, 'viewer')
    .option('--tenant <name>', 'it sees and touches the runs of this tenant alone (default: all runs)')
    .option('--days <number>', 'for how long it holds (default: until it is removed)', positiveNumber)
    .action((name: string, { roles, tenant, days }: { roles: string; tenant?: string; days?: number }, command: Command) =>
      withTokens(command, async (tokens, printer) => {
        const expires = days === undefined ? {} : { expires: Math.round(Date.now() + days * 86_400_000) }
        const whose = tenant === undefined ? {} : { tenant }
        const secret = await tokens.add({ name, roles: listed(roles), ...whose, ...expires })
        printer.print({ kind: 'token', name, roles: listed(roles), ...whose, token: secret }, secret)
        if (!printer.json)
          process.stderr.write('It is not shown again.\nNext: LOOPWRIGHT_TOKEN=… loopwright list --url http://127.0.0.1:7777\n')
      }),
    )
  token
    .command('list')
    .description('Lists who has a token, and what it may do.')
    .action((_options: unknown, command: Command) =>
      withTokens(command, async (tokens, printer) => {
        const known = await tokens.read()
        for (const { name, roles, tenant, expires } of known) {
          const whose = tenant === undefined ? '' : `, tenant ${tenant}`
          const until = expires === undefined ? '' : `, until ${new Date(expires).toISOString()}`
          printer.print(
            { kind: 'token', name, roles, ...(tenant === undefined ? {} : { tenant }), ...(expires === undefined ? {} : { expires }) },
            `${name}: ${roles.join(', ')}${whose}${until}`,
          )
        }
        if (known.length === 0) printer.say('Nobody has a token.\nNext: loopwright token add NAME --roles operator')
      }),
    )
  token
    .command('remove')
    .description('Takes a token back; it is refused from now on.')
    .argument('<name>', 'whose it is')
    .action((name: string, _options: unknown, command: Command) =>
      withTokens(command, async (tokens, printer) => {
        if (!(await tokens.remove(name)))
          throw new UsageProblem(`nobody called ${name} has a token; nothing was changed`, 'loopwright token list')
        printer.print({ kind: 'removed', name }, `the token of ${name} holds no more`)
      }),
    )
}

async function withTokens(
  command: Command,
  action: (tokens: ReturnType<typeof openTokens>, printer: ReturnType<typeof createPrinter>) => Promise<void>,
): Promise<void> {
  notOverHttp(command, 'changes a file of this machine')
  const { json, stateFolder } = globalOptions(command)
  await action(openTokens(process.env, stateFolder), createPrinter(json))
  process.exitCode = exitCodes.accepted
}

function listed(roles: string): string[] {
  const names = roles.split(',').map((role) => role.trim())
  return [...new Set(names.filter((role) => role !== ''))]
}
