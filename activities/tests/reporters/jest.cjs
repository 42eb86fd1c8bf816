// Runs in jest's own process, outside the sandbox of the tests. The key is read and deleted before any test is loaded, so that no test can sign results.
const { createHmac } = require('node:crypto')
const { readFileSync, unlinkSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const key = takeKey()

function takeKey() {
  try {
    const bytes = readFileSync(join(__dirname, 'key'))
    unlinkSync(join(__dirname, 'key'))
    return bytes
  } catch {
    // A jest inside a test: its results are not the suite's.
    return undefined
  }
}

const statuses = { passed: 'passed', failed: 'failed' }

module.exports = class {
  onRunComplete(_contexts, results) {
    if (!key) return
    const body = JSON.stringify(results.testResults.flatMap(checksOf))
    writeFileSync(join(__dirname, 'results'), `${createHmac('sha256', key).update(body).digest('hex')}\n${body}`)
  }
}

function checksOf({ testFilePath: file, testResults, testExecError, failureMessage, skipped, loopwright = [] }) {
  const checks = testResults.map(({ ancestorTitles, title, status, failureMessages, failureDetails, numPassingAsserts }) => {
    const message = failureMessages.join('\n\n')
    return {
      file,
      titles: [...ancestorTitles, title],
      status: statuses[status] ?? 'skipped',
      ...(message ? { message, line: lineIn(file, message) } : {}),
      ...(statuses[status]
        ? { assertions: (numPassingAsserts ?? 0) + (failureDetails ?? []).filter((detail) => detail?.matcherResult).length }
        : {}),
    }
  })
  if (testExecError || (checks.length === 0 && failureMessage))
    checks.push({ file, titles: [], status: 'failed', message: failureMessage ?? testExecError.message })
  else if (checks.length === 0 && skipped) checks.push({ file, titles: [], status: 'skipped' })
  for (const what of loopwright)
    checks.push({ file, titles: [`tampering: ${what}`], status: 'failed', message: `${what} while the tests ran.` })
  return checks
}

function lineIn(file, message) {
  const at = message.indexOf(`${file}:`)
  const line = at < 0 ? NaN : parseInt(message.slice(at + file.length + 1), 10)
  return line > 0 ? line : undefined
}
