/** What a heartbeat tells of the output so far: its end, and how many bytes came in all. */
export interface Beat {
  tail: string
  bytes?: number
}

/** What of a beat nobody has seen yet; `missed`: so many bytes before it are gone. */
export interface Fresh {
  text: string
  missed: number
}

/** The output of one step as it is put together from beats. */
export class Output {
  #bytes = 0
  #shown = ''

  /** The part of a beat that is new. Without a count of bytes, what is new follows from where the tails overlap. */
  take({ tail, bytes }: Beat): Fresh {
    if (bytes === undefined) return this.#noted(afterOverlap(this.#shown, tail))
    const whole = Buffer.from(tail)
    // A step that was begun again counts from the start.
    const came = bytes >= this.#bytes ? bytes - this.#bytes : bytes
    this.#bytes = bytes
    return this.#noted({ text: lastBytes(whole, came), missed: Math.max(came - whole.length, 0) })
  }

  /** The rest of an output that is known whole by now: what follows the last that was shown. */
  rest(whole: string): Fresh {
    if (this.#shown === '') return this.#noted({ text: whole, missed: 0 })
    // Colours are left out of what is kept.
    const [plain, mark] = [withoutColours(whole), withoutColours(this.#shown).slice(-markCharacters)]
    const at = plain.lastIndexOf(mark)
    return this.#noted({ text: at < 0 ? '' : plain.slice(at + mark.length), missed: 0 })
  }

  #noted(fresh: Fresh): Fresh {
    // What is on both sides of a gap stands nowhere together.
    this.#shown = (fresh.missed > 0 ? fresh.text : this.#shown + fresh.text).slice(-4_096)
    return fresh
  }
}

/** So much of what was shown is looked for in the whole. */
const markCharacters = 200

function withoutColours(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B\[[0-?]*[ -/]*[@-~]/g, '')
}

function lastBytes(whole: Buffer, count: number): string {
  return whole
    .subarray(Math.max(whole.length - count, 0))
    .toString()
    .replace(/^\uFFFD+/, '')
}

function afterOverlap(shown: string, tail: string): Fresh {
  for (let length = Math.min(shown.length, tail.length); length > 0; length--)
    if (shown.endsWith(tail.slice(0, length))) return { text: tail.slice(length), missed: 0 }
  return { text: tail, missed: 0 }
}
