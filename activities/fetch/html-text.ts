import { Tokenizer } from 'htmlparser2'

const hidden = new Set(['script', 'style', 'noscript', 'template', 'svg'])
const breaks = new Set(['br', 'p', 'div', 'li', 'tr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'section', 'title', 'table', 'ul', 'ol'])

/**
 * The words of a page and where its links lead: for reading, not for showing in a browser. Made of the library's tokens: its parser keeps a list of open elements, which a
 * page of elements that nobody closes makes it search again and again.
 */
export function htmlText(html: string): string {
  const parts: string[] = []
  const links: string[] = []
  let within: string | undefined
  let name = ''
  let attribute = ''
  let href: string | undefined
  const say = (text: string) => {
    if (within === undefined) parts.push(text)
  }
  const begun = () => {
    if (breaks.has(name)) say('\n')
    if (name === 'a') links.push(href ?? '')
    if (hidden.has(name)) within ??= name
    href = undefined
  }
  const nothing = () => {}
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: (start, end) => say(html.slice(start, end)),
      ontextentity: (code) => say(String.fromCodePoint(code)),
      onopentagname: (start, end) => (name = html.slice(start, end).toLowerCase()),
      onattribname: (start, end) => {
        const named = html.slice(start, end).toLowerCase()
        // The first one counts, as in browsers.
        attribute = named === 'href' && href !== undefined ? '' : named
      },
      onattribdata: (start, end) => (href = attribute === 'href' ? (href ?? '') + html.slice(start, end) : href),
      onattribentity: (code) => (href = attribute === 'href' ? (href ?? '') + String.fromCodePoint(code) : href),
      onattribend: nothing,
      onopentagend: begun,
      onselfclosingtag: () => {
        begun()
        // Of these only a drawing can end in its own tag.
        if (within === 'svg' && name === 'svg') within = undefined
      },
      onclosetag: (start, end) => {
        const closed = html.slice(start, end).toLowerCase()
        if (closed === within) within = undefined
        if (breaks.has(closed)) say('\n')
        const link = closed === 'a' ? links.pop() : undefined
        if (link) say(` (${link})`)
      },
      ...{ oncdata: nothing, oncomment: nothing, ondeclaration: nothing, onend: nothing, onprocessinginstruction: nothing },
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  return tidy(parts.join(''))
}

function tidy(text: string): string {
  return text
    .replaceAll(/[ \t\r\u00a0]+/g, ' ')
    .replaceAll(/\n\s*\n\s*/g, '\n\n')
    .trim()
}
