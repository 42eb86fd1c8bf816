import { condition, defineSignal, setHandler } from '@temporalio/workflow'

const goOn = defineSignal('goOn')

/** The sleep that stands in the history is gone. */
export async function changing(): Promise<string> {
  let going = false
  setHandler(goOn, () => void (going = true))
  await condition(() => going)
  return 'done'
}

/** A fault that only a run which goes on meets. */
export async function throwing(): Promise<string> {
  let going = false
  setHandler(goOn, () => void (going = true))
  await condition(() => going)
  const nothing: { name: string } | undefined = JSON.parse('null')
  return nothing!.name
}
