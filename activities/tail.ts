/** What a watcher is shown of an output, in bytes. */
export const tailBytes = 2_048

/** Told the end of an output so far, and how many bytes came in all: from two of these it follows what is new. */
export type Tell = (tail: string, bytes?: number) => void

/** Tells the end of an output whenever more of it comes. */
export function tailTeller(tell: Tell): (chunk: Buffer) => void {
  let last = Buffer.alloc(0)
  let bytes = 0
  return (chunk) => {
    bytes += chunk.length
    last = Buffer.concat([last, chunk.subarray(-tailBytes)]).subarray(-tailBytes)
    // A character that was cut at the front is left out.
    tell(last.toString('utf8').replace(/^\uFFFD+/, ''), bytes)
  }
}
