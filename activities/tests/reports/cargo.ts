import { type Parsed, type Result } from './parsed.ts'

/** The tests of one program, from `running 3 tests` to `test result: …`. */
interface Block {
  announced: number
  results: Result[]
  /** The place of a test in the program's own list, where it printed before it ended. */
  pending?: string
}

const statuses: Record<string, Result['status']> = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' }
const benchmark = /^test (.+?) +\.\.\. bench: /
const endings = /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; (\d+) measured;/

/** Reads what `cargo test` prints: standard output names the tests, and both together the programs in the same order. */
export function parseCargo(stdout: string, output: string): Parsed {
  const blocks: Block[] = []
  const problems: string[] = []
  let open: Block | undefined
  for (const line of stdout.split(/\r?\n/)) {
    const running = /^running (\d+) tests?$/.exec(line)
    if (running) {
      if (open) problems.push('a program with tests ended in the middle')
      blocks.push((open = { announced: Number(running[1]), results: [] }))
    } else if (open && endings.test(line)) {
      problems.push(...contradictions(open, endings.exec(line)!.slice(1, 5).map(Number)))
      open = undefined
    } else if (open) readLine(open, line)
  }
  if (open) problems.push('a program with tests ended in the middle')
  const messages = messagesIn(stdout)
  const programs = output
    .split(/\r?\n/)
    .flatMap((line) => /^ +(?:Running (?:unittests )?(\S+) \(|(Doc-tests \S+)$)/.exec(line)?.slice(1, 3).find(Boolean) ?? [])
  const named = programs.length === blocks.length
  const results = blocks.flatMap((block, at) =>
    block.results.map((result): Result => {
      const message = result.status === 'failed' ? messages.get(result.titles[0] ?? '') : undefined
      return { ...result, ...(named ? { file: programs[at]! } : {}), ...(message ? { message } : {}) }
    }),
  )
  return { results, ...(problems[0] === undefined ? {} : { problem: problems[0] }) }
}

function readLine(block: Block, line: string): void {
  const said = /^test (.+?) \.\.\. (ok|FAILED|ignored)\b/.exec(line)
  const alone = block.pending === undefined ? undefined : /^(ok|FAILED|ignored)$/.exec(line)
  const name = said?.[1] ?? (alone ? block.pending : undefined)
  if (name !== undefined) {
    block.results.push({ titles: [name.replace(/ - should panic$/, '')], status: statuses[said?.[2] ?? alone?.[1] ?? ''] ?? 'failed' })
    delete block.pending
  } else if (!benchmark.test(line)) {
    // With --nocapture what a test prints stands between its name and how it ended.
    const begun = /^test (.+?) \.\.\. /.exec(line)?.[1]
    if (begun !== undefined) block.pending = begun
  }
}

function contradictions({ announced, results }: Block, [passed = 0, failed = 0, ignored = 0, measured = 0]: number[]): string[] {
  const counted = (['passed', 'failed', 'skipped'] as const).map((status) => results.filter((result) => result.status === status).length)
  const same = counted.join() === [passed, failed, ignored].join() && announced === passed + failed + ignored + measured
  return same ? [] : [`${announced} tests were announced, ${passed} + ${failed} + ${ignored} counted, and ${counted.join(' + ')} reported`]
}

/** What failed tests printed: `---- NAME stdout ----` and what follows. */
function messagesIn(stdout: string): Map<string, string> {
  const parts = stdout.split(/^---- (.+) stdout ----$/m).slice(1)
  const pairs = parts.flatMap((name, at) =>
    at % 2 === 0 ? [[name, (parts[at + 1] ?? '').split(/\n\n\n?(?:failures:|---- )/)[0]!.trim()] as const] : [],
  )
  return new Map(pairs)
}
