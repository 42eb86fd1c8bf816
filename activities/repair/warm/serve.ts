import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { packageFile } from '../package-file.ts'
import { type RunProgram } from '../result.ts'
import { Answer, type Job, type Serving } from './job.ts'

/** What is served where. */
export interface Service {
  runProgram: RunProgram
  serving: Serving
  job: Omit<Job, 'claims' | keyof Serving['way']>
  /** Copies of the project, one for each server. */
  folders: string[]
  /** A folder that caches are kept in. */
  cache: string
  minutes: number
  signal: AbortSignal
}

/** So often a server whose process was ended from outside is started again. */
const mostStarts = 20

/** Starts a server in each folder; they share the candidates through a folder of claims, whose path is put into `shared`. Tells every answer as it comes, and ends when all are done, or none can be had any more. */
export async function serve(
  service: Service,
  shared: { folder?: string },
  onAnswer: (server: number, answer: Answer) => void,
): Promise<void> {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'loopwright-warm-')))
  try {
    const claims = join(place, 'claims')
    await mkdir(claims)
    shared.folder = claims
    const { way } = service.serving
    const own = way.framework === 'jest' ? [`--cacheDirectory=${service.cache}`, ...way.options] : way.options
    const job: Job = { ...way, ...service.job, options: own, claims }
    const file = join(place, 'job.json')
    await writeFile(file, JSON.stringify(job))
    await Promise.all(
      service.folders.map((folder, server) => servedIn(service, { folder, file, place }, (answer) => onAnswer(server, answer))),
    )
  } finally {
    await rm(place, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** A server that a limit of the sandbox has ended is started again and goes on with what nobody has claimed. */
async function servedIn(
  service: Service,
  at: { folder: string; file: string; place: string },
  tell: (answer: Answer) => void,
): Promise<void> {
  for (let start = 0; start < mostStarts && !service.signal.aborted; start += 1) {
    let told = 0
    const lines = lineReader((line) => {
      const answer = answerIn(line)
      if (!answer || (answer.id < 0 && start > 0)) return
      told += 1
      tell(answer)
    })
    const { exitCode } = await service.runProgram(service.serving.argv(at.file), {
      folder: at.folder,
      environment: { PYTHONDONTWRITEBYTECODE: '1' },
      // Beside what is compiled, the folder of the sources has the programs.
      readable: [dirname(packageFile('warm/server.py'))],
      writable: [at.place, service.cache],
      minutes: service.minutes,
      signal: service.signal,
      onOutput: lines,
    })
    if (exitCode === 0 || told === 0) return
  }
}

function answerIn(line: string): Answer | undefined {
  try {
    return Answer.safeParse(JSON.parse(line)).data
  } catch {
    // Not a server's: the program under test writes where it likes.
    return undefined
  }
}

function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      onLine(rest.subarray(0, end).toString('utf8'))
      rest = rest.subarray(end + 1)
    }
  }
}
