import { type Mistakes, limitsOf, type Task } from './task.ts'

const goal = 'The order in this mail, as JSON with article, count and to: "Please send 3 boxes of A4 paper to Ada Lovelace."'
const right = { article: 'A4 paper', count: 3, to: 'Ada Lovelace' }

function said(made: Mistakes): string {
  const count = made('count') ? 0 : made('unseen') ? 30 : 3
  const value = { ...right, count, ...(made('field') ? { to: undefined } : {}) }
  return made('form') ? `Sure! The order is ${value.count} boxes.` : JSON.stringify(value)
}

/** A value of a schema, from a text: schema and rules are code. */
export const extraction: Task = {
  name: 'extract an order from a mail',
  shares: { form: 0.1, field: 0.1, count: 0.15, unseen: 0.05 },
  told: { form: /That does not fit|JSON/, field: /expected string/, count: /at least 1 is wanted/ },
  start: (way) => {
    if (way === 'single prompt') return { workflow: 'single', input: { prompt: goal } }
    const schema = {
      type: 'object',
      properties: { article: { type: 'string' }, count: { type: 'integer' }, to: { type: 'string' } },
      required: ['article', 'count', 'to'],
    }
    const rules = [{ name: 'a box at least', at: 'count', min: 1 }]
    return { workflow: 'generateAndValidate', input: { goal, schema, rules, limits: limitsOf(way) } }
  },
  answer: (_request, _way, made) => said(made),
  isRight: (value) => {
    try {
      const found: unknown = typeof value === 'string' ? JSON.parse(value) : value
      return JSON.stringify(found, Object.keys(right)) === JSON.stringify(right)
    } catch {
      return false
    }
  },
}
