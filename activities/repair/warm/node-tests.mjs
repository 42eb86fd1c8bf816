import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

const resourceLimits = { maxOldGenerationSizeMb: 512 }

/** Runs test files of node:test, each in a thread, and tells of each test until it is answered no; says whether all ended in time. */
export async function nodeTests(files, seconds, tell) {
  const until = Date.now() + seconds * 1000
  for (const file of files) if (!(await inThread(join(process.cwd(), file), until - Date.now(), tell))) return false
  return true
}

async function inThread(file, milliseconds, tell) {
  const worker = new Worker(pathToFileURL(file), { stdout: true, stderr: true, resourceLimits })
  let told = 0
  let ended = true
  const stop = () => {
    ended = false
    void worker.terminate()
  }
  const timer = setTimeout(stop, Math.max(1, milliseconds))
  const take = (check) => {
    told += 1
    if (!tell(check)) stop()
  }
  worker.on('message', (message) => message?.loopwright && take(message.loopwright))
  let broken = false
  worker.on('error', () => (broken = true))
  const code = await new Promise((resolve) => worker.once('exit', resolve))
  clearTimeout(timer)
  // A file that does not load has no tests.
  if (ended && (broken || (code !== 0 && told === 0))) tell({ file, titles: [], status: 'failed' })
  return ended
}
