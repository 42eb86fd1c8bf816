/** Does `work` for each item, up to `width` at a time, and gives the results in the order of the items whatever finished first. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<[Item, Result]> {
  const iterator = items[Symbol.iterator]()
  const running: { item: Item; result: Promise<Result> }[] = []
  const start = () => {
    const next = iterator.next()
    if (next.done === true) return
    const result = work(next.value)
    // A failure is met when its turn comes, if it comes.
    result.catch(() => {})
    running.push({ item: next.value, result })
  }
  try {
    for (let count = 0; count < width; count += 1) start()
    for (let first = running.shift(); first; first = running.shift()) {
      const result = await first.result
      start()
      yield [first.item, result]
    }
  } finally {
    await Promise.allSettled(running.map(({ result }) => result))
  }
}
