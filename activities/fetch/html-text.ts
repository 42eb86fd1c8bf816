const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
const hidden = new Set(['script', 'style', 'noscript', 'template', 'svg'])
const breaks = new Set(['br', 'p', 'div', 'li', 'tr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'section', 'title', 'table', 'ul', 'ol'])

/** The words of a page and where its links lead: for reading, not for showing in a browser. Looks at each character a few times, whatever the page. */
export function htmlText(html: string): string {
  const parts: string[] = []
  const lower = html.toLowerCase()
  const links: string[] = []
  for (let at = 0; at < html.length;) {
    const open = html.indexOf('<', at)
    parts.push(html.slice(at, open < 0 ? html.length : open))
    if (open < 0) break
    const comment = html.startsWith('<!--', open)
    const close = html.indexOf(comment ? '-->' : '>', open)
    if (close < 0) break
    at = close + (comment ? 3 : 1)
    const tag = html.slice(open + 1, Math.min(close, open + 4_096))
    const [, ends = '', name = ''] = /^(\/?)([a-z][a-z\d]*)/.exec(tag.toLowerCase()) ?? []
    if (comment || name === '') continue
    if (breaks.has(name)) parts.push('\n')
    if (name === 'a' && ends === '') links.push(/\bhref\s*=\s*["']?([^"'\s>]*)/i.exec(tag)?.[1] ?? '')
    const link = name === 'a' && ends !== '' ? links.pop() : undefined
    if (link) parts.push(` (${link})`)
    if (!hidden.has(name) || ends !== '') continue
    const end = lower.indexOf(`</${name}`, at)
    at = end < 0 ? html.length : end
  }
  return tidy(parts.join(''))
}

function tidy(text: string): string {
  return text
    .replaceAll(
      /&(#x?[\da-f]{1,6}|\w{2,8});/gi,
      (whole, name: string) => entities[name.toLowerCase()] ?? numbered(name.toLowerCase()) ?? whole,
    )
    .replaceAll(/[ \t\r]+/g, ' ')
    .replaceAll(/\n\s*\n\s*/g, '\n\n')
    .trim()
}

function numbered(name: string): string | undefined {
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : name.startsWith('#') ? Number(name.slice(1)) : Number.NaN
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined
}
