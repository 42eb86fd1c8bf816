import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { errorCode } from './error-code.ts'
import { isAlive, markOf, processMark, type ProcessMark } from './live-process.ts'

/** Runs an action while this process alone holds the lock file; waits for whoever holds it, and takes it over from a process that died with it. */
export async function withLock<T>(file: string, action: () => Promise<T>): Promise<T> {
  await acquire(file)
  try {
    return await action()
  } finally {
    rmSync(file, { force: true })
  }
}

async function acquire(file: string): Promise<void> {
  while (!create(file)) {
    const holder = read(file)
    if (holder !== undefined && !isAlive(holder.mark)) takeAway(file, holder.text)
    else await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The file appears with its content or not at all: an empty lock would look like nobody's. */
function create(file: string): boolean {
  const draft = `${file}.${process.pid}.${counter++}`
  writeFileSync(draft, JSON.stringify(markOf(process.pid)))
  try {
    linkSync(draft, file)
    return true
  } catch (problem) {
    if (errorCode(problem) === 'EEXIST') return false
    throw problem
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Another process may have taken the lock over since it was read: what is taken away is looked at, and given back if it is not the dead one's. */
function takeAway(file: string, dead: string): void {
  const away = `${file}.${process.pid}.${counter++}`
  try {
    renameSync(file, away)
    if (readFileSync(away, 'utf8') !== dead) linkSync(away, file)
  } catch {
    // Somebody else was faster.
  } finally {
    rmSync(away, { force: true })
  }
}

function read(file: string): { text: string; mark: ProcessMark } | undefined {
  try {
    const text = readFileSync(file, 'utf8')
    return { text, mark: parseMark(text) }
  } catch {
    return undefined
  }
}

/** What cannot be read was written by nobody who is still there. */
function parseMark(text: string): ProcessMark {
  try {
    return processMark.parse(JSON.parse(text))
  } catch {
    return { pid: 0, started: '' }
  }
}

let counter = 0
