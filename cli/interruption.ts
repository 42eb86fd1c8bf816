/** Hears the first Ctrl-C (or SIGTERM) instead of dying of it; the second one ends the process as usual. */
export function interruption(): { happened: Promise<'interrupted'>; forget: () => void } {
  let resolve: (value: 'interrupted') => void = () => {}
  const promise = new Promise<'interrupted'>((settle) => (resolve = settle))
  const hear = () => {
    forget()
    resolve('interrupted')
  }
  const forget = () => {
    process.off('SIGINT', hear)
    process.off('SIGTERM', hear)
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return { happened: promise, forget }
}
