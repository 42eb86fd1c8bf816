import { type Api } from './api.ts'
import { ago, byId, keep, make, text } from './draw.ts'

/** A run, as the API tells it. */
export interface Run {
  run: string
  workflow: string
  status: 'running' | 'waiting' | 'paused' | 'done' | 'stopped' | 'failed'
  why: string
  stuck?: boolean
  startedAt?: number
  endedAt?: number
  attempt?: { number: number; of: number }
  spent?: { microDollars: number; tokens: number }
}

/** Draws the runs, newest first. */
export function drawRuns(api: Api, runs: Run[]): void {
  keep(
    byId('runs'),
    runs,
    ({ run }) => run,
    ({ run }) => draw(api, run),
    update,
  )
}

function draw(api: Api, run: string): HTMLElement {
  const answer = make('div', { role: 'status' })
  const path = `/runs/${encodeURIComponent(run)}`
  const button = (word: string, act: () => Promise<string[]>, kind = '') => {
    const made = make('button', { type: 'button', 'aria-label': `${word} ${run}`, ...(kind ? { class: kind } : {}) }, word)
    made.addEventListener('click', () => {
      made.disabled = true
      void act()
        .catch((problem: unknown) => [problem instanceof Error ? problem.message : String(problem)])
        .then((lines) => answer.replaceChildren(...lines.map((line) => make('p', {}, line))))
        .finally(() => {
          made.disabled = false
        })
    })
    return made
  }
  const tell = async (name: string) => {
    const { accepted, reason = '' } = await api.post<{ accepted: boolean; reason?: string }>(`${path}/${name}`, { id: crypto.randomUUID() })
    return [accepted ? `${name}: accepted` : `${name}: refused, ${reason}`]
  }
  const why = async () => {
    const { what, evidence, next, command } = await api.get<Record<'what' | 'evidence' | 'next' | 'command', string>>(`${path}/why`)
    return [what, evidence, `${next}.`, `Next: ${command}`]
  }
  const stop = async () => {
    await api.post(`${path}/stop`, {})
    return ['It is asked to stop, and keeps its best attempt.']
  }
  return make(
    'li',
    { id: `run-${run}` },
    make('h3', {}, make('span', { class: 'state' }), ` ${run}`),
    make('p', { class: 'why' }),
    make('p', { class: 'about' }),
    button('Why', why),
    make(
      'span',
      { class: 'live' },
      button('Pause', () => tell('pause')),
      button('Resume', () => tell('resume')),
      button('Stop', stop, 'stop'),
    ),
    answer,
  )
}

function update(element: HTMLElement, { status, stuck, why, workflow, startedAt, endedAt, attempt, spent }: Run): void {
  text(element.querySelector('.state')!, stuck ? 'stuck' : status === 'waiting' ? 'waiting for you' : status)
  text(element.querySelector('.why')!, why)
  const about = [
    workflow,
    ...(attempt ? [`attempt ${attempt.number} of ${attempt.of}`] : []),
    ...(spent ? [`${dollars(spent.microDollars)}, ${spent.tokens} tokens`] : []),
    ...(startedAt ? [`started ${ago(startedAt)} ago`] : []),
  ]
  text(element.querySelector('.about')!, about.join(' · '))
  element.querySelector<HTMLElement>('.live')!.hidden = endedAt !== undefined
}

/** At most four places, and never less than what was spent. */
function dollars(microDollars: number): string {
  return microDollars === 0 ? '$0' : `$${(Math.ceil(microDollars / 100) / 10_000).toFixed(4).replace(/0{1,2}$/, '')}`
}
