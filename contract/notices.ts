import { type Gate } from './messages.ts'

/** What happened to an open question: it was asked, nobody has answered yet, or somebody else is asked now. */
export type NoticeEvent = 'opened' | 'reminder' | 'escalated'

/** A question that people are told of. */
export interface Notice {
  /** The same for every delivery of the same notice, so that a receiver can leave out what it has had. */
  id: string
  event: NoticeEvent
  run: string
  workflow: string
  gate: Omit<Gate, 'voices'>
}
