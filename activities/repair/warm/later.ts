/** A promise with the function that settles it. */
export interface Later<Value> {
  promise: Promise<Value>
  resolve: (value: Value) => void
}

/** Makes a promise that is settled from outside; Node 20 has no Promise.withResolvers. */
export function later<Value>(): Later<Value> {
  let resolve: (value: Value) => void = () => {}
  const promise = new Promise<Value>((settle) => (resolve = settle))
  return { promise, resolve }
}
