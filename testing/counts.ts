/** What a scripted server has seen and would have charged. */
export interface Counts {
  /** Requests for a completion, refused ones included. */
  requests: number
  /** Requests being answered now, and the most there ever were at once. */
  inFlight: number
  maxInFlight: number
  /** Requests whose answer did not go out whole: the client went away, or the script cut it. */
  hungUp: number
  byModel: Record<string, number>
  promptTokens: number
  completionTokens: number
  /** Prompt and completion tokens, counted when a reply is begun, whether or not the client waits for its end. */
  chargedTokens: number
  /** By the prices given, rounded up per request. */
  chargedMicroDollars: number
}

/** Micro-dollars per million tokens. */
export interface ScriptedPrice {
  input: number
  output: number
}

/** Keeps the counts of one server and tells those who wait for them. */
export class Counter {
  readonly counts: Counts = {
    requests: 0,
    inFlight: 0,
    maxInFlight: 0,
    hungUp: 0,
    byModel: {},
    promptTokens: 0,
    completionTokens: 0,
    chargedTokens: 0,
    chargedMicroDollars: 0,
  }
  readonly #waiting = new Set<() => void>()

  arrived(): void {
    this.counts.requests += 1
    this.counts.inFlight += 1
    this.counts.maxInFlight = Math.max(this.counts.maxInFlight, this.counts.inFlight)
    this.#tell()
  }

  asked(model: string): void {
    this.counts.byModel[model] = (this.counts.byModel[model] ?? 0) + 1
    this.#tell()
  }

  charged(tokens: { input: number; output: number }, price: ScriptedPrice | undefined): void {
    this.counts.promptTokens += tokens.input
    this.counts.completionTokens += tokens.output
    this.counts.chargedTokens += tokens.input + tokens.output
    if (price) this.counts.chargedMicroDollars += Math.ceil((tokens.input * price.input + tokens.output * price.output) / 1_000_000)
    this.#tell()
  }

  left(whole: boolean): void {
    this.counts.inFlight -= 1
    if (!whole) this.counts.hungUp += 1
    this.#tell()
  }

  /** Resolves with the counts as soon as they fit. */
  when(fit: (counts: Counts) => boolean): Promise<Counts> {
    return new Promise((resolve) => {
      const look = () => {
        if (!fit(this.counts)) return
        this.#waiting.delete(look)
        resolve(structuredClone(this.counts))
      }
      this.#waiting.add(look)
      look()
    })
  }

  #tell(): void {
    for (const look of this.#waiting) look()
  }
}
