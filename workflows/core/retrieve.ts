import { type Collection, type Retrieved } from '../../contract/retrieval.ts'
import { activities } from './activities.ts'
import { road } from './road.ts'
import { currentRun } from './run.ts'

/** Passages of a folder by the words of a query, the best first. They are as the files were then, whatever becomes of them later. */
export function retrieve(from: Collection, query: string, limit: number): Promise<Retrieved> {
  const call = { ...from, query, limit }
  const text = `searching ${query.slice(0, 80)}`
  return road({ name: 'retrieve', kind: 'tool', text, call }, (stage) =>
    activities(stage, { summary: text }).retrieve({ run: currentRun().id, stage, ...call }),
  )
}
