import { type Command } from 'commander'
import { resolve } from 'node:path'
import { type Leftover } from '../../workers/index.ts'
import { inSession, notOverHttp, type Session } from '../session.ts'
import { exitCodes } from '../usage.ts'
import { plural } from '../words.ts'

/** More runs than this are not looked through. */
const mostRuns = 100_000

/** `clean`: what nothing needs any more. */
export function addClean(program: Command): void {
  program
    .command('clean')
    .description(
      'Says which workspaces, installed dependencies and temporary files nothing needs any more; --yes removes them. Artifacts are never removed.',
    )
    .option('--yes', 'remove them')
    .action(({ yes }: { yes?: boolean }, command: Command) => {
      notOverHttp(command, 'removes folders of this machine')
      return inSession(command, (session) => clean(session, yes === true))
    })
}

async function clean({ loopwright, printer, stateFolder }: Session, yes: boolean): Promise<number> {
  // The worker's native parts are loaded by the commands that need them.
  const { findLeftovers, removeLeftovers } = await import('../../workers/index.ts')
  const { runs } = await loopwright.list({ limit: mostRuns })
  const leftovers = await findLeftovers({
    stateFolder: resolve(stateFolder),
    store: loopwright.store,
    runs: runs.map(({ run, endedAt }) => ({ run, ended: endedAt !== undefined })),
  })
  if (yes) await removeLeftovers(leftovers)
  for (const leftover of leftovers) printer.print({ kind: 'leftover', ...leftover, removed: yes && leftover.remove }, line(leftover, yes))
  const count = leftovers.filter(({ remove }) => remove).length
  if (count === 0) printer.say('There is nothing to remove.')
  else printer.say(yes ? `${plural(count, 'thing')} removed` : `Next: loopwright clean --yes`)
  return exitCodes.accepted
}

function line({ path, remove, why }: Leftover, yes: boolean): string {
  return `${remove ? (yes ? 'removed     ' : 'would remove') : 'keeps       '}  ${path}: ${why}`
}
