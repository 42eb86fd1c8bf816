// A real worker process with tools of its own: ADDRESS TASK_QUEUE,… STATE_FOLDER BUNDLE [POINT]. Prints `ready`.
// POINT is `die:WHEN` or `freeze:WHEN`: it kills or stops itself at a point between the records of its first effect.
import { EffectRefused, startWorker } from '../../dist/workers/index.js'
import { folderStore } from '../../dist/store/folder.js'
import { effectTools } from './effect-tools.mjs'

const [address, queues, stateFolder, codePath, point = ''] = process.argv.slice(2)
const [how, when] = point.split(':')
const minutes = Number(process.env.EFFECT_MINUTES ?? 0.05)

/** The store as it is, but at the named point (before or after the record is kept) the process is killed or stopped by the system, once. */
function withPoint(store) {
  const strike = async (name) => {
    if (name !== when) return
    process.kill(process.pid, how === 'freeze' ? 'SIGSTOP' : 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return {
    ...store,
    async claim(key, ref) {
      const record = /\/(call|intent|fence|end)(\/\d+)?$/.exec(key)?.[1]
      await strike(`before-${record}`)
      const standing = await store.claim(key, ref)
      await strike(`after-${record}`)
      return standing
    },
  }
}

const settings = {
  address,
  stateFolder,
  bundle: { codePath },
  store: withPoint(folderStore(`${stateFolder}/artifacts`)),
  tools: effectTools(EffectRefused, minutes),
}
const workers = await Promise.all(queues.split(',').map((taskQueue) => startWorker({ ...settings, taskQueue })))
process.stdout.write('ready\n')
await Promise.all(workers.map((worker) => worker.run()))
