/** An artifact is not in the store, or its bytes do not match its hash. */
export class ArtifactMissing extends Error {
  override readonly name = 'ArtifactMissing'
  readonly sha256: string

  constructor(sha256: string, what: 'missing' | 'damaged') {
    super(`The artifact ${sha256} is ${what === 'missing' ? 'not in the store' : 'in the store, but its bytes do not match its hash'}.`)
    this.sha256 = sha256
  }
}
