import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestFormat } from '../../contract/checks.ts'
import { type ProcessResult } from '../process.ts'
import { detect } from './detect.ts'
import { accusationsIn, guardOption, shipped } from './guard.ts'
import { isSigned, placeReporter, type Reported } from './reporter.ts'
import { declaredReporting, type Reporting, reportingOf, reportOfOutput } from './reports/place.ts'

/** What a run's results say, and how they were read. */
export interface Reading {
  format: TestFormat
  /** Undefined where there are none. */
  results?: Reported
  /** Why the report can't be believed. */
  problem?: string
  /** The text of the report, where it is printed in place of the text. */
  printed?: string
}

/** A command as it is run, and how its results are read afterwards. */
export interface Placed {
  argv: string[]
  environment: Record<string, string>
  format: TestFormat
  read: (result: ProcessResult) => Reading
}

/** Prepares the reading of a command's results: signed inside its framework, from a report, or from its exit code alone. `place` is a folder for what that needs. */
export async function placeReading(
  { argv, report = 'auto' }: { argv: string[]; report?: string },
  folder: string,
  place: string,
): Promise<Placed> {
  if (report !== 'auto' && report !== 'exit code') return reported(declaredReporting(argv, report, folder))
  const detected = report === 'auto' ? await detect(argv, folder) : undefined
  if (detected && isSigned(detected.framework)) {
    const { framework: format } = detected
    const reporter = await placeReporter(argv, { ...detected, framework: format }, folder, place)
    if (reporter) return { ...reporter, format, read: () => ({ format, ...found(reporter.read()) }) }
  }
  const reporting = detected && reportingOf(argv, detected, place)
  if (reporting?.format === 'mocha') return guarded(reporting, place)
  if (reporting) return reported(reporting)
  const byExitCode = { format: 'exit code' } as const
  const read = (result: ProcessResult): Reading => {
    const output = report === 'auto' ? reportOfOutput(result) : undefined
    return output ? { format: 'tap', ...output } : byExitCode
  }
  return { argv, environment: {}, ...byExitCode, read }
}

function reported({ argv, format, read }: Reporting): Placed {
  return { argv, environment: {}, format, read: (result) => ({ format, ...read(result) }) }
}

/** Tests that run in the runner's own process, where the guard sees whether assertions are replaced. */
async function guarded(reporting: Reporting, place: string): Promise<Placed> {
  await copyFile(shipped('guard.cjs'), join(place, 'guard.cjs'))
  const { read, ...placed } = reported(reporting)
  const withAccusations = ({ results = [], ...reading }: Reading) => ({ ...reading, results: [...results, ...accusationsIn(place)] })
  return { ...placed, environment: { NODE_OPTIONS: guardOption(place) }, read: (result) => withAccusations(read(result)) }
}

function found(results: Reported | undefined): { results?: Reported } {
  return results === undefined ? {} : { results }
}
