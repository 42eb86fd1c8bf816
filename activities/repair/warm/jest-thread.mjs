import { Worker } from 'node:worker_threads'

const resourceLimits = { maxOldGenerationSizeMb: 1024 }
/** So many runs, and what jest has kept of them is thrown away. */
const mostRuns = 150
/** How long jest may take to be loaded. */
const loadingSeconds = 30

/** Jest in a thread, loaded once and run again and again; a run that takes too long ends the thread, and the next run has another. */
export class JestThread {
  #worker
  #runs = 0

  constructor(job) {
    this.job = job
  }

  async run(files, seconds, tell) {
    const worker = await this.#ready()
    const answer = await this.#asked(worker, { files }, seconds)
    for (const check of answer ?? []) tell(check)
    return answer !== undefined
  }

  async #ready() {
    if (this.#worker && this.#runs < mostRuns) {
      this.#runs += 1
      return this.#worker
    }
    await this.#worker?.terminate()
    this.#runs = 0
    const workerData = { options: this.job.options }
    this.#worker = new Worker(new URL('jest-runs.cjs', import.meta.url), { workerData, stdout: true, stderr: true, resourceLimits })
    this.#worker.on('error', () => {})
    await this.#asked(this.#worker, {}, loadingSeconds)
    return this.#worker
  }

  /** The answer to a message; undefined, and the thread ended, when it takes too long. */
  async #asked(worker, message, seconds) {
    const answer = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), seconds * 1000)
      const done = (value) => {
        clearTimeout(timer)
        worker.off('exit', gone)
        resolve(value?.loopwright)
      }
      const gone = () => done(undefined)
      worker.once('message', done)
      worker.once('exit', gone)
      worker.postMessage(message)
    })
    if (answer === undefined) {
      this.#worker = undefined
      await worker.terminate()
    }
    return answer
  }
}
