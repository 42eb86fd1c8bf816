import { type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { chained } from '../../contract/chain.ts'
import { sha256 } from '../../contract/digest.ts'
import { money } from '../trace/lines.ts'
import { type Html, html } from './html.ts'
import { priceText, spendBy, spendTable } from './spend.ts'
import { style } from './style.ts'
import { coloured, Room, textBlock } from './text.ts'
import { timeline } from './timeline.ts'
import { stageName, took } from './words.ts'

/** A trace as one page that needs nothing else: no script, nothing loaded, every text escaped. The same records always give the same page. */
export function tracePage(records: TraceRecord[]): string {
  const [run] = records
  const end = records.at(-1)
  if (run?.kind !== 'run' || end?.kind !== 'end') throw new Error('A trace begins with its run and ends with its end.')
  const room = new Room()
  const { hash } = JSON.parse(chained(records).at(-1) ?? '{}') as { hash: string }
  const last = records.findLast((record) => record.kind === 'candidate')
  const body = html`${header(run, end)}
    <h2>Spend</h2>
    ${spendTable(
      'model',
      spendBy(records, (record) => (record.kind === 'model' ? record.model : undefined)),
    )}
    ${spendTable('stage', spendBy(records, stageOf))}
    ${
      last?.kind === 'candidate' && last.added + last.removed > 0
        ? html`<h2>Last candidate</h2>
            ${textBlock(room, last.diff, coloured)}`
        : html``
    }
    <h2>Timeline</h2>
    ${timeline(room, records)}
    <p class="soft">
      The same trace as JSON Lines (<code>loopwright trace ${run.run} --jsonl</code>) ends with the hash <code>${hash}</code>. Unsigned:
      integrity since export only.
    </p>`
  const policy = `default-src 'none'; style-src 'sha256-${base64(sha256(style))}'; base-uri 'none'; form-action 'none'`
  const head = html`<meta charset="utf-8" /><meta http-equiv="Content-Security-Policy" content="${policy}" /><meta
      name="viewport"
      content="width=device-width"
    /><title>${run.run}</title>`
  return `<!doctype html>\n<html lang="en"><head>${head.html}<style>${style}</style></head><body>${body.html}</body></html>\n`
}

function stageOf(record: TraceRecord & { path: string }): string | undefined {
  return record.kind === 'step' && ['putArtifacts', 'getArtifacts', 'certify'].includes(record.what) ? undefined : stageName(record.path)
}

function header(run: TraceOf<'run'>, end: TraceOf<'end'>): Html {
  const { spent, limits, counted } = end
  const cap = limits ? ` of ${limits.dollars === 'none' ? 'no cap' : `$${limits.dollars}`}` : ''
  const charged = spent
    ? `${money(spent.microDollars)}${cap}, ${spent.tokens} tokens${limits ? ` of ${limits.tokens}` : ''}`
    : 'not settled'
  const worked = spent ? `${took(spent.milliseconds)}${limits ? ` of ${limits.minutes} min` : ''}, ${spent.attempts} attempts` : ''
  const prices = Object.entries(run.prices).map(
    ([model, price]) =>
      html`<dd>${model}: ${price ? `${money(price.input)} in, ${money(price.output)} out per million tokens` : 'price unknown'}</dd>
        <dt></dt>`,
  )
  return html`<h1>${run.run}</h1>
    <p><span class="status ${end.status}">${end.status}${end.reason ? ` (${end.reason})` : ''}</span> ${end.why}</p>
    <dl>
      <dt>workflow</dt>
      <dd>${run.workflow}</dd>
      <dt>input</dt>
      <dd><code>${JSON.stringify(run.input)}</code></dd>
      <dt>began</dt>
      <dd>${new Date(run.at).toISOString()}${end.at === undefined ? '' : `, took ${took(end.at - run.at)}`}</dd>
      <dt>spent</dt>
      <dd>${charged}</dd>
      <dt>worked</dt>
      <dd>${worked}</dd>
      <dt>calls</dt>
      <dd>${counted.calls}, together ${counted.tokens} tokens, ${priceText(counted)}</dd>
      <dt>prices</dt>
      ${prices}
      <dd></dd>
      <dt>confined by</dt>
      <dd>${run.sandbox}</dd>
      <dt>executions</dt>
      <dd>${run.executions}${run.complete ? '' : '; the first are forgotten, so this is not the whole run'}</dd>
      <dt>certificate</dt>
      <dd><code>${end.certificate?.sha256 ?? 'none'}</code></dd>
    </dl>`
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}
