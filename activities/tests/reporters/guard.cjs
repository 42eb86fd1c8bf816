// Loaded first into every node process of the tests. Whoever replaces a function of node:assert is written down: the file only ever accuses, so it needs no signature.
const assert = require('node:assert')
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const runner = join(__dirname, 'runner')
/** The file of tests that this process runs, where `node --test` has started it. */
const file = process.env.NODE_TEST_CONTEXT !== undefined && isRunner(process.ppid) ? process.argv[1] : undefined
const found = new Set()
const leave = process.reallyExit.bind(process)
const { defineProperty, getOwnPropertyDescriptor, keys } = Object

function accuse(what) {
  found.add(what)
  write()
}

function write() {
  for (const what of found) writeFileSync(join(__dirname, 'tampering'), `${JSON.stringify({ file, what })}\n`, { flag: 'a' })
}

function watch(object, name, called) {
  const descriptor = getOwnPropertyDescriptor(object, name)
  if (!descriptor?.configurable || typeof descriptor.value !== 'function') return
  let { value } = descriptor
  defineProperty(object, name, {
    enumerable: descriptor.enumerable,
    configurable: false,
    get: () => value,
    set(other) {
      if (other !== value) accuse(`${called}.${name} was replaced`)
      value = other
    },
  })
}

for (const name of keys(assert)) watch(assert, name, 'assert')
for (const name of keys(assert.strict)) watch(assert.strict, name, 'assert.strict')

process.on('exit', (code) => {
  if (found.size === 0) return
  // Nothing of the tested program runs after this, and so nothing removes what is written.
  write()
  leave(process.exitCode ?? code)
})

// `node --test` believes what its children print, so one that ends before its time may have printed anything.
if (process.execArgv.includes('--test')) writeFileSync(runner, String(process.pid))
else if (file !== undefined && !process.execArgv.includes('--test-force-exit'))
  process.reallyExit = (code) => {
    accuse('the process of the tests was ended by the tested program')
    leave(code)
  }

function isRunner(id) {
  try {
    return Number(readFileSync(runner, 'utf8')) === id
  } catch {
    return false
  }
}
