// The world outside, as a process of its own: what happened is appended to a file and on the disk before anybody is answered. LOG [PORT]. Prints `ready URL`.
// Plain JavaScript, without the project: it judges it.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'

const [log, port = '0'] = process.argv.slice(2)
const happened = existsSync(log)
  ? readFileSync(log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : []
const file = openSync(log, 'a')
process.once('exit', () => closeSync(file))
const kinds = { '/charges': 'charge', '/comments': 'comment', '/mails': 'mail' }

createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    const url = new URL(request.url, 'http://127.0.0.1')
    const kind = request.method === 'POST' ? kinds[url.pathname] : undefined
    const answer = kind ? record({ kind, text: JSON.parse(body).text, key: request.headers['idempotency-key'] }) : look(url)
    // Some answers take their time, so that the one who asked may be dead by then.
    setTimeout(
      () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
      kind ? Math.random() * 300 : 0,
    )
  })
}).listen(Number(port), '127.0.0.1', function () {
  process.stdout.write(`ready http://127.0.0.1:${this.address().port}\n`)
})

/** A charge whose key is known does not happen again. */
function record(entry) {
  const known = entry.kind === 'charge' && entry.key ? happened.findIndex(({ key }) => key === entry.key) : -1
  if (known >= 0) return { number: known + 1 }
  happened.push(entry)
  writeSync(file, `${JSON.stringify(entry)}\n`)
  fsyncSync(file)
  return { number: happened.length }
}

function look({ pathname, searchParams }) {
  if (pathname === '/happened') return happened
  const marker = searchParams.get('marker')
  if (marker === null) return { happened: happened.length }
  return { found: happened.filter(({ kind, text }) => kind === 'comment' && text.includes(marker)).map(({ text }) => text) }
}
