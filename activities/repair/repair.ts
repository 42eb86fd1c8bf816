import { Copies } from './copies.ts'
import { oneEdit, type OneEdit } from './one-edit.ts'
import { both } from './report.ts'
import { type RepairCall, type RepairResult } from './result.ts'

/** A second edit is looked for only if so much of the time is left. */
const shareForSecond = 0.2

/**
 * Looks for an edit that makes failing tests pass and breaks none, tries the likeliest first in copies, and makes the best in the folder. Where it mends
 * only a part of tests that seem to fail for one reason, a second edit is looked for on top of it; other reasons are left to the next call.
 */
export async function repairFolder(call: RepairCall): Promise<RepairResult> {
  const started = Date.now()
  const first = await inCopies(call)
  const { found } = first.result
  const minutes = (call.minutes ?? 10) - (Date.now() - started) / 60_000
  if (found !== 'some' || !first.oneReason || minutes < shareForSecond * (call.minutes ?? 10)) return first.result
  try {
    const { onProgress: _, resume: __, ...again } = call
    const second = await inCopies({ ...again, minutes })
    return second.result.found === 'none' ? first.result : both(first.result, second.result)
  } catch (error) {
    first.undo()
    throw error
  }
}

async function inCopies(call: RepairCall): Promise<OneEdit> {
  const copies = await Copies.of(call.folder)
  try {
    return await oneEdit(copies, call)
  } finally {
    await copies.removeAll()
  }
}
