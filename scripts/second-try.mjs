/** More failing files than this are no accident: nothing is tried again. */
export const mostFiles = 4

/** The test files of a report of jest's in which something failed. */
export function failedFiles({ testResults = [] } = {}) {
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)
}

/**
 * What the tests came to after those files were run once more, alone. A test that passes only then has failed all the same: its title is in `again`, and it is a
 * fault to be mended, of the test or of what it tests.
 */
export function countsOf(first, second) {
  const tried = new Map((second?.testResults ?? []).map((file) => [file.name, file]))
  const files = (first?.testResults ?? []).map((file) => tried.get(file.name) ?? file)
  const tests = files.flatMap(({ assertionResults }) => assertionResults)
  const withStatus = (...wanted) => tests.filter(({ status }) => wanted.includes(status)).length
  // A file that could not be loaded counts as one failure.
  const unloaded = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length
  return {
    passed: withStatus('passed'),
    failed: first ? withStatus('failed') + unloaded : 1,
    skipped: withStatus('pending', 'skipped', 'todo', 'disabled'),
    again: (first?.testResults ?? []).flatMap((file) => passedAgain(file, tried.get(file.name))),
  }
}

function passedAgain(file, tried) {
  if (!tried || tried.status === 'failed') return []
  if (file.assertionResults.length === 0) return [file.name]
  return file.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
}
