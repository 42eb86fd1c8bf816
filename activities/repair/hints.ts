/** What the failure messages say about the kind of fault. */
export interface Hints {
  /** Something was null, undefined or None, or a key or an element was missing. */
  missing: boolean
  /** A result is not a number, infinite, or a division by zero. */
  notANumber: boolean
  /** A promise or a coroutine stands where its value should. */
  unawaited: boolean
  /** A result is undefined or None. */
  nothingReturned: boolean
  /** Literals that occur in the messages, in a form that both languages read. */
  literals: string[]
  /** All messages. */
  text: string
}

const missing =
  /Cannot read propert|is not iterable|null or undefined|is not an object|NoneType|KeyError|IndexError|undefined is not|StopIteration/
const nothing = /\bundefined\b|\bNone\b/

/** Reads hints out of failure messages. */
export function hintsOf(messages: string[]): Hints {
  const text = messages.map((message) => message.slice(0, 4000)).join('\n')
  const found = text.match(
    /'(?:[^'\\\n]|\\.){0,40}'|"(?:[^"\\\n]|\\.){0,40}"|(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])|\[\]|\{\}|\b(?:true|false|null|True|False|None)\b/g,
  )
  return {
    missing: missing.test(text),
    notANumber: /\bNaN\b|\bInfinity\b|\bnan\b|\binf\b|ZeroDivisionError/.test(text),
    unawaited: /Promise|coroutine|\[object Promise\]/.test(text),
    nothingReturned: nothing.test(text),
    literals: [...new Set(found ?? [])].slice(0, 40),
    text,
  }
}
