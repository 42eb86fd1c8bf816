import { type Attempt } from './progress.ts'

/** What a writer is told of its last attempt: the best so far, and what was objected to. Empty before the first. */
export function improving({ best, feedback, nudge }: Attempt<unknown>): string {
  const objections = feedback.map(({ id, text }) => `- ${id}: ${text}`).join('\n')
  const parts = [
    best ? `Your best so far:\n${typeof best.value === 'string' ? best.value : JSON.stringify(best.value)}` : '',
    objections === '' ? '' : `What is wrong with your last one:\n${objections}\nMend exactly this; keep what is right.`,
    nudge ?? '',
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}
