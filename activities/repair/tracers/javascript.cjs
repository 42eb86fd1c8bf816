// Preloaded into every Node process of a traced test run. Keeps, for each test, which stretches of the project's scripts it executed,
// as V8 counts them; writes them when the process exits, or when a test runs for so long that it seems to hang.
// Knows the tests of node:test and jest; elsewhere a process counts as one test.
const { Session } = require('node:inspector')
const { mkdirSync, writeFileSync } = require('node:fs')
const { join, sep } = require('node:path')
const { fileURLToPath } = require('node:url')
const { Worker, isMainThread, threadId } = require('node:worker_threads')
const Module = require('node:module')

const folder = process.env.LOOPWRIGHT_TRACE
const root = process.env.LOOPWRIGHT_TRACE_ROOT
const writeHanging = Symbol.for('loopwright.writeHanging')
const tracedBy = Symbol.for('loopwright.traced')
const isNpm = /[\\/]npm(-cli)?(\.js)?$/.test(process.argv[1] ?? '')
if (folder && root && !isNpm) start()

function start() {
  const session = new Session()
  try {
    session.connect()
  } catch {
    // The process of `node --test` itself has no inspector, nor does it run the project's scripts.
    return
  }
  const post = (method, parameters) => {
    let answer
    session.post(method, parameters, (error, result) => (answer = result))
    return answer
  }
  const scripts = new Map()
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url, sourceMapURL } }) => {
    if (!url.startsWith('file://')) return
    const path = fileURLToPath(url)
    if (path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`)) scripts.set(scriptId, { path, map: sourceMapURL })
  })
  post('Debugger.enable')
  post('Debugger.setSkipAllPauses', { skip: true })
  post('Profiler.enable')
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

  let group = { file: undefined, outside: [], tests: [] }
  const groups = [group]
  const sources = {}
  const take = () => {
    const covered = {}
    for (const { scriptId, functions } of post('Profiler.takePreciseCoverage')?.result ?? []) {
      const script = scripts.get(scriptId)
      if (!script) continue
      const stretches = executed(functions)
      if (stretches.length === 0) continue
      covered[scriptId] = stretches
      sources[scriptId] ??= { ...script, source: post('Debugger.getScriptSource', { scriptId })?.scriptSource ?? '' }
    }
    return covered
  }
  const watched = watchForHanging()
  let current
  const begin = (titles) => {
    group.outside.push(take())
    current = titles
    watched(titles !== undefined)
  }
  const finish = (titles, passed) => {
    group.tests.push({ titles, passed, covered: take() })
    current = undefined
    watched(false)
  }
  const newFile = () => groups.push((group = { file: undefined, outside: [], tests: [] }))

  if (process.env.NODE_TEST_CONTEXT) traceNodeTests(begin, finish)
  traceJest(begin, finish, newFile)
  let written = false
  const write = (passed) => {
    if (written) return
    written = true
    begin()
    // With jest, what ran before the first test file was jest's own configuration.
    if (groups.length > 1) groups.shift()
    for (const one of groups) {
      one.file ??= process.argv[1]
      if (one.tests.length === 0) one.tests.push({ titles: [], passed, covered: {} })
    }
    if (Object.keys(sources).length === 0) return
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${process.pid}-${threadId}.json`), JSON.stringify({ groups, sources }))
  }
  process.on('exit', (code) => write(code === 0))
  globalThis[writeHanging] = () => {
    if (current === undefined) return
    finish(current, false)
    write(false)
    writeFileSync(join(folder, 'hangs'), '')
  }
}

/** Starts a thread that makes this one write its trace once a test has run for too long, even if it is in an endless loop. */
function watchForHanging() {
  const since = new BigInt64Array(new SharedArrayBuffer(8))
  const watcher = `
    const { Session } = require('node:inspector')
    const { workerData: { since, seconds } } = require('node:worker_threads')
    const timer = setInterval(() => {
      const start = Number(Atomics.load(since, 0))
      if (start === 0 || Date.now() - start < seconds * 1000) return
      clearInterval(timer)
      const session = new Session()
      session.connectToMainThread()
      session.post('Runtime.evaluate', { expression: "globalThis[Symbol.for('loopwright.writeHanging')]()" })
    }, 200)`
  const seconds = Number(process.env.LOOPWRIGHT_TRACE_SECONDS)
  if (seconds > 0 && isMainThread) new Worker(watcher, { eval: true, env: {}, execArgv: [], workerData: { since, seconds } }).unref()
  return (running) => Atomics.store(since, 0, running ? BigInt(Date.now()) : 0n)
}

/** The stretches whose innermost range was executed. Inner ranges follow outer ones when sorted by start and, for the same start, by falling end. */
function executed(functions) {
  const ranges = functions.flatMap((one) => one.ranges)
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  const stretches = []
  const open = []
  let at = 0
  const advance = (to) => {
    const last = stretches.at(-1)
    if (to > at && open.length > 0 && open.at(-1).count > 0) {
      if (last && last[1] === at) last[1] = to
      else stretches.push([at, to])
    }
    at = Math.max(at, to)
  }
  const close = () => {
    advance(open.at(-1).endOffset)
    open.pop()
  }
  for (const range of ranges) {
    while (open.length > 0 && open.at(-1).endOffset <= range.startOffset) close()
    advance(range.startOffset)
    open.push(range)
  }
  while (open.length > 0) close()
  return stretches
}

function traceNodeTests(begin, finish) {
  const { beforeEach, afterEach } = require('node:test')
  beforeEach((context) => begin([context.fullName ?? context.name]))
  afterEach((context) => finish([context.fullName ?? context.name], context.passed))
}

/** Jest's environments tell of every test; any class with `getVmContext` is one. */
function traceJest(begin, finish, newFile) {
  const load = Module._load
  Module._load = function (...call) {
    const exported = load.apply(this, call)
    for (const found of [exported, exported?.TestEnvironment, exported?.default]) {
      const prototype = typeof found === 'function' ? found.prototype : undefined
      if (prototype && Object.hasOwn(prototype, 'getVmContext') && !Object.hasOwn(prototype, tracedBy))
        traceEnvironment(prototype, begin, finish, newFile)
    }
    return exported
  }
}

function traceEnvironment(prototype, begin, finish, newFile) {
  const handle = prototype.handleTestEvent
  Object.defineProperty(prototype, tracedBy, { value: true })
  prototype.handleTestEvent = function (event, state) {
    if (event.name === 'setup') newFile()
    if (event.name === 'test_start') begin(titlesOf(event.test))
    if (event.name === 'test_done') finish(titlesOf(event.test), event.test.errors.length === 0)
    return handle?.call(this, event, state)
  }
}

function titlesOf(test) {
  const titles = [test.name]
  for (let block = test.parent; block?.parent; block = block.parent) titles.unshift(block.name)
  return titles
}
