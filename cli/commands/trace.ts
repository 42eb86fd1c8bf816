import { type Command } from 'commander'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { chained, checkChain, headline, type RunSource, type TraceRecord, tracePage } from '../../client/index.ts'
import { createPrinter, type Printer } from '../printer.ts'
import { runOrFile, withRun } from '../kept.ts'
import { globalOptions } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'
import { duration, plural } from '../words.ts'

interface TraceOptions {
  jsonl?: string | true
  html?: string | true
}

/** The commands that give account: trace, verify. */
export function addTrace(program: Command): void {
  program
    .command('trace')
    .description('Tells every decision of a run: who made it, on what, why, and what it cost. Needs no server for runs that are kept.')
    .argument(...runOrFile)
    .option('--html [file]', 'as one page that needs nothing else (default: traces/RUN.html in the state folder)')
    .option('--jsonl [file]', 'as JSON, one hash-chained record per line')
    .action((prefix: string, options: TraceOptions, command: Command) =>
      withRun(command, prefix, (source, run, printer) =>
        trace(source, printer, run, { ...options, folder: globalOptions(command).stateFolder }),
      ),
    )
  program
    .command('verify')
    .description('Checks by the file alone that an exported trace was not changed since its export.')
    .argument('<file>', 'made by trace --jsonl')
    .action(async (file: string, _options: unknown, command: Command) => {
      process.exitCode = await verify(createPrinter(globalOptions(command).json), file)
    })
}

async function trace(
  kept: Pick<RunSource, 'trace'>,
  printer: Printer,
  run: string,
  { jsonl, html, folder }: TraceOptions & { folder: string },
): Promise<number> {
  const records = await kept.trace(run)
  if (html !== undefined) {
    const file = html === true ? join(folder, 'traces', `${encodeURIComponent(run)}.html`) : html
    await write(file, tracePage(records))
    printer.print({ kind: 'written', run, file, records: records.length }, `${file}\nNext: open it in a browser`)
    return exitCodes.accepted
  }
  if (typeof jsonl === 'string') {
    await write(jsonl, text(chained(records)))
    printer.print({ kind: 'written', run, file: jsonl, records: records.length }, `${jsonl}\nNext: loopwright verify ${jsonl}`)
  } else if (jsonl || printer.json) process.stdout.write(text(chained(records)))
  else for (const line of traceLines(records)) printer.say(line)
  return exitCodes.accepted
}

async function verify(printer: Printer, file: string): Promise<number> {
  const content = await readFile(file, 'utf8').catch(() => {
    throw new UsageProblem(`${file} cannot be read`, 'make one with: loopwright trace RUN --jsonl FILE')
  })
  const { lines, head, problem } = checkChain(content)
  const said = problem
    ? `line ${problem.line} does not hold: ${problem.what}\nNext: export it again with: loopwright trace RUN --jsonl FILE`
    : `${plural(lines, 'line')} hold, the last with the hash ${head}\nunsigned: this shows integrity since the export only, not who exported it`
  printer.print({ kind: 'verified', file, signed: false, lines, head, ...(problem ? { problem } : {}) }, said)
  return problem ? exitCodes.failed : exitCodes.accepted
}

/** The steps of a run, indented as they nest, under the attempt that they belong to; what only keeps state is left out. */
function traceLines(records: TraceRecord[]): string[] {
  let attempt = ''
  return records.flatMap((record) => {
    if (!('path' in record)) return [headline(record)]
    if (record.kind === 'step' && ['putArtifacts', 'getArtifacts', 'certify'].includes(record.what)) return []
    const [within = attempt] = /^.*attempt#\d+(?=\/)/.exec(record.path) ?? []
    const begins = within === attempt ? [] : [`${indented(within)}${lastOf(within).replace('#', ' ')}`]
    attempt = within
    const took = record.milliseconds === undefined ? record.status : duration(record.milliseconds)
    const again = record.tries > 1 ? `, begun ${record.tries} times` : ''
    return [...begins, `${indented(record.path)}${lastOf(record.path)}  ${headline(record)}, ${took}${again}`]
  })
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const indented = (path: string) => '  '.repeat(path.split('/').length)

async function write(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

const text = (lines: string[]) => lines.map((line) => `${line}\n`).join('')
