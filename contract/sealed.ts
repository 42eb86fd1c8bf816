/** How a payload that was encrypted says so. */
export const sealedEncoding = 'binary/loopwright-sealed'

/** Whether a payload is encrypted. */
export function isSealed({ metadata }: { metadata?: { [name: string]: Uint8Array } | null }): boolean {
  return new TextDecoder().decode(metadata?.['encoding']) === sealedEncoding
}
