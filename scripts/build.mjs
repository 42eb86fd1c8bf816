import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { packageFolder } from './places.mjs'
import { lastLines, run, say } from './run.mjs'

/**
 * Compiles the sources into dist/ when they have changed since the last time. Returns undefined, or the compiler's complaints.
 * A type error leaves no stamp, so that it is said again, but the code is there: it runs as well as its tests say.
 */
export async function build() {
  const dist = join(packageFolder, 'dist')
  const stamp = join(dist, '.sources')
  const sources = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return undefined
  const compiler = join(packageFolder, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!existsSync(compiler)) return 'The compiler is not installed, so dist/ was left as it is. Run npm ci.'
  say('Compiling the sources into dist/')
  // Compiled beside and then put in its place: no file of a deleted source stays, and nobody reads half a file.
  const fresh = `${dist}.${process.pid}`
  const old = `${dist}.${process.pid}.old`
  try {
    const { status, output } = compile(compiler, fresh)
    const program = join(fresh, 'cli', 'main.js')
    if (existsSync(program)) chmodSync(program, 0o755)
    if (existsSync(fresh)) {
      if (existsSync(dist)) renameSync(dist, old)
      renameSync(fresh, dist)
    }
    if (status === 0) {
      await bundle(dist)
      // Last: a build that was broken off is done again.
      writeFileSync(stamp, sources)
    }
    return status === 0 ? undefined : `The sources do not compile:\n${lastLines(output, 40)}`
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

/** The program, then the page, which a browser runs. */
function compile(compiler, folder) {
  const program = run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', folder], { cwd: packageFolder })
  const project = join('console', 'page', 'tsconfig.json')
  const page = run(process.execPath, [compiler, '-p', project, '--outDir', join(folder, 'console')], { cwd: packageFolder })
  return program.status === 0 ? page : program
}

/** The workflows as workers load them, made once here instead of at every start of a worker. */
async function bundle(dist) {
  const bundler = join(dist, 'workers', 'bundle.js')
  if (!existsSync(bundler)) return
  const { bundleWorkflows } = await import(pathToFileURL(bundler).href)
  writeFileSync(join(dist, 'workflows.bundle.js'), (await bundleWorkflows()).code)
}

/** Names, sizes and times of every source, and what decides how they are compiled. */
function fingerprint() {
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'console/page/tsconfig.json', 'package-lock.json']
  const folders = JSON.parse(readFileSync(join(packageFolder, 'tsconfig.build.json'), 'utf8')).include
  const files = folders
    .filter((folder) => existsSync(join(packageFolder, folder)))
    .flatMap((folder) => readdirSync(join(packageFolder, folder), { recursive: true }).map((name) => join(folder, name)))
  const lines = [...settings, ...files.toSorted()].map((path) => {
    const { size, mtimeMs } = statSync(join(packageFolder, path))
    return `${path} ${size} ${mtimeMs}`
  })
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = await build()
  if (problem !== undefined) say(problem)
  process.exitCode = problem === undefined ? 0 : 1
}
