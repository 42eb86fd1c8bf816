import { type Told } from '../../client/index.ts'
import { type Session } from '../session.ts'

/** One run and what it answered, as every command over several runs prints it. */
export function printTold({ printer }: Session, told: Told): void {
  const { run, accepted, reason } = told
  printer.print({ kind: 'told', ...told }, `${run}: ${accepted ? 'accepted' : 'refused'}${reason === undefined ? '' : `: ${reason}`}`)
}
