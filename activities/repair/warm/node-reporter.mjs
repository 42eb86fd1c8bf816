// Runs in the thread of a test file and passes on what its tests come to.
import { parentPort } from 'node:worker_threads'

// Node wants a generator; this one prints nothing.
// oxlint-disable-next-line require-yield
export default async function* report(events) {
  const titles = []
  for await (const { type, data } of events) {
    if (type === 'test:start') titles.splice(data.nesting, titles.length, data.name)
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const failed = type === 'test:fail'
    const suite = data.details?.type === 'suite'
    const skipped = data.skip !== undefined || data.todo !== undefined
    if (suite && (skipped || !failed || data.details?.error?.failureType === 'subtestsFailed')) continue
    const names = [...titles.slice(0, data.nesting), suite ? `${data.name} (hooks)` : data.name]
    const status = skipped ? 'skipped' : failed ? 'failed' : 'passed'
    parentPort?.postMessage({ loopwright: { file: data.file, titles: names, status } })
  }
}
