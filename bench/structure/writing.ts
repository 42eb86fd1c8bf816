import { type Mistakes, limitsOf, type Task } from './task.ts'

const facts = ['a budget is reserved before each call', 'a heartbeat tells that a worker lives']
const claim = 'It is twice as fast.'
const most = 60

function note(made: Mistakes, known: string): string {
  const told = facts.filter((fact, index) => known.includes(fact) && !made(`fact ${index + 1}`))
  const text = `Know that ${told.join(', and that ')}.${made('unseen') ? ` ${claim}` : ''}`
  return made('long') ? `${text} ${'All of this is well worth knowing. '.repeat(10)}` : text
}

/** A short text by steps: what must stand in it is checked by code, what must not be made up is not. */
export const writing: Task = {
  name: 'write a note of 60 words with two facts',
  shares: { long: 0.25, 'fact 1': 0.15, 'fact 2': 0.15, unseen: 0.05 },
  told: { long: /at most 60 are wanted/, 'fact 1': /does not match budget/, 'fact 2': /does not match heartbeat/ },
  start: (way) => {
    const input = facts.join('; ')
    const prompt = `Write a note of at most ${most} words with both facts, and nothing else: `
    if (way === 'single prompt') return { workflow: 'single', input: { prompt: `${prompt}${input}` } }
    const both = [
      { name: 'budget', matches: 'budget' },
      { name: 'heartbeat', matches: 'heartbeat' },
    ]
    const steps = [
      { name: 'outline', prompt: 'OUTLINE these facts, one a line: {previous}', rules: both },
      { name: 'note', prompt: `${prompt}{previous}`, rules: [...both, { name: 'short', maxWords: most }] },
    ]
    return { workflow: 'promptChain', input: { input, steps, limits: limitsOf(way) } }
  },
  answer: ({ messages }, _way, made) => {
    const asked = messages.map(({ content }) => String(content)).join('\n')
    if (!asked.startsWith('OUTLINE')) return note(made, asked)
    return facts.filter((_, index) => !made(`fact ${index + 1}`)).join('\n') || 'Nothing.'
  },
  isRight: (value) => {
    const text = typeof value === 'string' ? value : String((value as { text?: unknown }).text)
    return facts.every((fact) => text.includes(fact)) && !text.includes(claim) && text.split(/\s+/).filter(Boolean).length <= most
  },
}
