import { sha256, utf8Bytes } from '../../contract/digest.ts'
import { type Quoted } from '../../contract/trace.ts'
import { textOf } from '../trace/lines.ts'
import { type Html, html } from './html.ts'

/** What a page may still show of long texts: beyond it they are cut shorter, so that no run makes a page that cannot be opened. */
export class Room {
  #bytes = 2_500_000
  readonly #most = 8_000
  readonly #least = 200

  /** The beginning of a text, and how much of it was left out. */
  cut(text: string): { shown: string; left: number } {
    const most = this.#bytes > 0 ? this.#most : this.#least
    const shown = text.length <= most ? text : text.slice(0, most)
    // As it will be written: escaping makes some texts five times as long.
    this.#bytes -= utf8Bytes(html`${shown}`.html)
    return { shown, left: text.length - shown.length }
  }
}

/** A text in a frame; what is cut off is named by the hash of the whole. */
export function textBlock(room: Room, quoted: Quoted | undefined, format: (text: string) => Html = (text) => html`${text}`): Html {
  const text = textOf(quoted)
  if (text === '') return html``
  const { shown, left } = room.cut(text)
  const hash = typeof quoted === 'string' || quoted === undefined ? sha256(text) : quoted.sha256
  const note =
    left > 0 ? html`<p class="cut">${left} more characters of ${utf8Bytes(text)} bytes; the whole has the SHA-256 ${hash}</p>` : html``
  return html`<pre>${format(shown)}</pre>
    ${note}`
}

/** A unified diff with its lines coloured. */
export function coloured(diff: string): Html {
  return html`${diff.split('\n').map((line) => html`<span class="${lineClass(line)}">${line} </span>`)}`
}

function lineClass(line: string): string {
  if (/^(\+\+\+|---|diff|index) ?/.test(line)) return 'file'
  if (line.startsWith('@@')) return 'place'
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'same'
}
