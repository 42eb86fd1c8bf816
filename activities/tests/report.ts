import { type Check, type TestReport } from '../../contract/checks.ts'
import { utf8Bytes } from '../../contract/digest.ts'
import { clip } from './text.ts'

const mostBytes = 12 * 1024
/** How many entries each list keeps and how long each message may be: the first that fits is taken. */
const sizes = [
  [50, 1_000],
  [50, 400],
  [50, 150],
  [25, 150],
  [25, 60],
  [12, 60],
  [6, 60],
] as const

/** Cuts the lists of a report at 50 entries and its messages at 1,000 characters, and further until its JSON is under 12 KiB. */
export function fitReport(report: TestReport): TestReport {
  for (const [entries, characters] of sizes) {
    const fitted = cut(report, entries, characters)
    if (utf8Bytes(JSON.stringify(fitted)) < mostBytes) return fitted
  }
  return { ...cut(report, 1, 60), tail: clip(report.tail, 500) }
}

function cut(report: TestReport, entries: number, characters: number): TestReport {
  const shorter = ({ message, ...check }: Check): Check => ({
    ...check,
    ...(message === undefined ? {} : { message: clip(message, characters) }),
  })
  return {
    ...report,
    failed: report.failed.slice(0, entries).map(shorter),
    missing: report.missing.slice(0, entries),
    newlySkipped: report.newlySkipped.slice(0, entries),
    protectedChanges: report.protectedChanges.slice(0, entries),
    tampering: (report.tampering ?? []).slice(0, entries),
    flaky: (report.flaky ?? []).slice(0, entries),
  }
}
