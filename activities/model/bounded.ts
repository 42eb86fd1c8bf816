import { modelFailure } from './errors.ts'
import { type Watch } from './watch.ts'

/** A body over this many bytes is no reply: the longest ones have some 250 bytes per token. */
const mostBodyBytes = 64 * 1024 * 1024
/** A line is one event, and reading one costs the square of its length. */
const mostLineBytes = 16 * 1024 * 1024

/** The same response, error or not, whose body tells the watch that it is alive and fails when it has no measure. */
export function bounded(response: Response, watch: Watch): Response {
  if (!response.body) return response
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(counting(watch)), { status, statusText, headers })
}

/** Bytes count as life even where they are only a server's keep-alive comments: the total time limits those. */
function counting(watch: Watch): TransformStream<Uint8Array, Uint8Array> {
  const newline = 10
  let bytes = 0
  let lineBytes = 0
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      watch.alive()
      bytes += chunk.length
      const end = chunk.lastIndexOf(newline)
      lineBytes = end < 0 ? lineBytes + chunk.length : chunk.length - end - 1
      if (bytes > mostBodyBytes) controller.error(tooMuch(`has more than ${mostBodyBytes} bytes`))
      else if (lineBytes > mostLineBytes) controller.error(tooMuch(`has a line of more than ${mostLineBytes} bytes`))
      else controller.enqueue(chunk)
    },
  })
}

/** What a reply without measure ends as. */
export function tooMuch(what: string) {
  return modelFailure('ServerError', `the reply ${what}`, { charged: 'unknown' })
}
