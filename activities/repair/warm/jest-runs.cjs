// Runs in a thread: loads the project's jest once and runs test files with it whenever it is asked.
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { parentPort, workerData } = require('node:worker_threads')

const project = createRequire(join(process.cwd(), 'package.json'))
const { runCLI } = createRequire(project.resolve('jest'))('@jest/core')
const { buildArgv } = createRequire(createRequire(project.resolve('jest')).resolve('jest-cli'))('jest-cli')

parentPort.on('message', ({ files }) => {
  if (files) void answer(files)
  else parentPort.postMessage({ loopwright: [] })
})

async function answer(files) {
  const words = [...workerData.options, '--silent', '--reporters', join(__dirname, 'silent-reporter.cjs'), '--runTestsByPath', ...files]
  const { results } = await runCLI(await buildArgv(words), [process.cwd()])
  parentPort.postMessage({ loopwright: results.testResults.flatMap(checksOf) })
}

function checksOf({ testFilePath: file, testResults, testExecError, failureMessage }) {
  const checks = testResults.map(({ ancestorTitles, title, status }) => ({
    file,
    titles: [...ancestorTitles, title],
    status: status === 'passed' || status === 'failed' ? status : 'skipped',
  }))
  if (testExecError || (checks.length === 0 && failureMessage)) checks.push({ file, titles: [], status: 'failed' })
  return checks
}
