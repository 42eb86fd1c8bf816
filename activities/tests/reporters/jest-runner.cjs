// Stands around jest's own test runner: looks after every test whether `expect` and the like are still what jest made.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')

const { circus } = JSON.parse(readFileSync(join(__dirname, 'jest-runner.json'), 'utf8'))
const loaded = require(circus)
const run = loaded.default ?? loaded

const matchers = Symbol.for('$$jest-matchers-object')
const watched = ['expect', 'test', 'it', 'describe', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach']

module.exports = async function (globalConfig, config, environment, ...rest) {
  const found = new Set()
  let original
  const look = () => {
    if (!original) return
    const { values, injected, expect, known } = original
    for (const name of injected) if (environment.global?.[name] !== values[name]) found.add(`${name} was replaced`)
    for (const name of Object.keys(expect)) if (values.expect[name] !== expect[name]) found.add(`expect.${name} was replaced`)
    const now = matchersOf(environment.global)
    for (const name of Object.keys(known)) if (now[name] !== known[name]) found.add(`expect().${name} was replaced`)
  }
  const told = environment.handleTestEvent?.bind(environment)
  environment.handleTestEvent = async (event, state) => {
    // Jest has made its globals, and no file of the project is loaded yet.
    if (event.name === 'setup') original = snapshot(event.runtimeGlobals, environment.global)
    if (event.name === 'run_start' || event.name === 'test_fn_success' || event.name === 'test_done') look()
    if (event.name === 'run_finish') {
      look()
      // Only now, because tests may count their expectations.
      if (
        original &&
        [({ expect }) => expect(1).toBe(2), ({ expect }) => expect({ a: 1 }).toEqual({ a: 2 })].some((check) => !fails(check, original))
      )
        found.add('expectations that must fail do not fail any more')
    }
    return told?.(event, state)
  }
  const result = await run(globalConfig, config, environment, ...rest)
  result.loopwright = [...found]
  return result
}

function matchersOf(global) {
  // Jest keeps them in the realm of the tests, or in its own.
  return global?.[matchers]?.matchers ?? globalThis[matchers]?.matchers ?? {}
}

function snapshot(runtimeGlobals, global) {
  const values = Object.fromEntries(watched.map((name) => [name, runtimeGlobals[name]]))
  const expect = Object.fromEntries(Object.keys(values.expect).map((name) => [name, values.expect[name]]))
  return { values, injected: watched.filter((name) => global[name] === values[name]), expect, known: { ...matchersOf(global) } }
}

function fails(check, { values }) {
  try {
    check(values)
    return false
  } catch (error) {
    return error?.matcherResult?.pass === false
  }
}
