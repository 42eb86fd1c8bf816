import { condition, defineSignal, setHandler, sleep } from '@temporalio/workflow'

const goOn = defineSignal('goOn')

/** Waits, then sleeps: its code is changed while it waits. */
export async function changing(): Promise<string> {
  let going = false
  setHandler(goOn, () => void (going = true))
  await sleep(1)
  await condition(() => going)
  return 'done'
}

/** Waits: its code is broken while it waits. */
export async function throwing(): Promise<string> {
  let going = false
  setHandler(goOn, () => void (going = true))
  await condition(() => going)
  return 'done'
}
