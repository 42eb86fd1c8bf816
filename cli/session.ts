import { type Command } from 'commander'
import { z } from 'zod'
import { apiOf, ClientProblem, connect, type ConnectOptions, type Loopwright } from '../client/index.ts'
import { createPrinter, type Printer } from './printer.ts'

/** What a command that talks to the server works with. */
export interface Session {
  loopwright: Loopwright
  printer: Printer
  stateFolder: string
}

const Options = z.looseObject({
  url: z.string().optional(),
  address: z.string().optional(),
  namespace: z.string().optional(),
  stateFolder: z.string().default('.loopwright'),
  artifacts: z.string().optional(),
  taskQueue: z.string().optional(),
  json: z.boolean().default(false),
})

/** The options that every command has. */
export function globalOptions(command: Command): z.output<typeof Options> {
  return Options.parse(command.optsWithGlobals())
}

/** Runs an action with a connection and sets the exit code that it returns; the connection is closed whatever happens. */
export async function inSession(command: Command, action: (session: Session) => Promise<number>): Promise<void> {
  const { json, ...options } = globalOptions(command)
  const loopwright = await connect(connection(options))
  try {
    process.exitCode = await action({ loopwright, printer: createPrinter(json), stateFolder: options.stateFolder })
  } finally {
    await loopwright.close()
  }
}

/** Ends a command that works on this machine and was asked to go over HTTP. */
export function notOverHttp(command: Command, why: string): void {
  const options = connection(globalOptions(command))
  if (!apiOf(options)) return
  const next = `type it without --url${process.env['LOOPWRIGHT_URL'] ? ' and without LOOPWRIGHT_URL' : ''}, on the machine that it is about`
  throw new ClientProblem('NotOverHttp', `${command.name()} ${why}, so it cannot go over HTTP; nothing was done`, next)
}

/** The options of a connection, without those that were not given. */
export function connection({
  url,
  address,
  namespace,
  stateFolder,
  artifacts,
  taskQueue,
}: Partial<Record<'url' | 'address' | 'namespace' | 'stateFolder' | 'artifacts' | 'taskQueue', string | undefined>>): ConnectOptions {
  return {
    ...(url ? { url } : {}),
    ...(address ? { address } : {}),
    ...(namespace ? { namespace } : {}),
    ...(stateFolder ? { stateFolder } : {}),
    ...(artifacts ? { artifacts } : {}),
    ...(taskQueue ? { taskQueue } : {}),
  }
}
