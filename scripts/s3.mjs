import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder, isProgram, onPath } from './places.mjs'
import { lastLines, run, say } from './run.mjs'

const version = 'v1.8.0'
const program = 'versitygw'

/** Where the S3 server of the tests is kept. */
export function s3Server(environment) {
  return join(cacheFolder(environment), `${program}-${version}`, program)
}

/** Builds the S3 server that the tests ask, a Go program, unless it is there. Returns undefined, or why it is not. */
export function installS3Server(environment) {
  const server = s3Server(environment)
  if (existsSync(server) && isProgram(server)) return undefined
  if (onPath('go', environment) === undefined) return 'there is no Go on PATH to build it with'
  const folder = dirname(server)
  say(`Building the S3 server of the tests (${program} ${version}) into ${folder}; the first time this takes minutes`)
  mkdirSync(dirname(folder), { recursive: true })
  const fresh = mkdtempSync(`${folder}.`)
  try {
    const { status, output } = run('go', ['install', `github.com/versity/${program}/cmd/${program}@${version}`], {
      environment: { ...environment, GOBIN: fresh, GOFLAGS: '', GOTOOLCHAIN: 'local' },
    })
    if (status !== 0) return `go could not build it: ${lastLines(output, 2)}`
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
    return undefined
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = installS3Server(process.env)
  if (problem !== undefined) say(`The tests against an S3 server are skipped: ${problem}`)
}
