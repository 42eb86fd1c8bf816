import { z } from 'zod'
import { type Limits } from '../../contract/limits.ts'
import { type Spent, type StopReason } from '../../contract/outcome.ts'
import { type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { Objection } from '../../contract/verdict.ts'

/** What explains the end of a run, out of its trace. */
export interface Facts {
  run: string
  workflow: string
  input: { [key: string]: unknown }
  status: 'done' | 'stopped' | 'failed' | 'open'
  reason: StopReason | undefined
  why: string
  failure: NonNullable<TraceOf<'end'>['failure']> | undefined
  best: { attempt: number; objections: Objection[] } | undefined
  spent: Spent | undefined
  limits: Limits | undefined
  /** The accepted value, where it is a patch. */
  patch: Patch | undefined
  /** The last verification by tests, message or decision by a person, and step that failed. */
  tests: TraceOf<'tests'> | undefined
  person: TraceOf<'message'> | TraceOf<'decision'> | undefined
  broken: Extract<TraceRecord, { path: string }> | undefined
  /** The last step of all. */
  last: Extract<TraceRecord, { path: string }> | undefined
}

const Best = z.looseObject({ attempt: z.int(), verdict: z.looseObject({ objections: z.array(Objection) }) })
const Patch = z.looseObject({ files: z.array(z.string()), added: z.int(), removed: z.int(), branch: z.string().optional() })
type Patch = z.infer<typeof Patch>
const Input = z.record(z.string(), z.unknown())

/** Reads the facts of a whole trace. */
export function factsOf(records: TraceRecord[]): Facts {
  const [start] = records
  const end = records.at(-1)
  if (start?.kind !== 'run' || end?.kind !== 'end') throw new TypeError('A trace begins with its run and ends with its end.')
  const steps = records.filter((record) => 'path' in record)
  const { status, reason, why, failure, spent, limits } = end
  return {
    run: start.run,
    workflow: start.workflow,
    input: Input.safeParse(start.input).data ?? {},
    status: status === 'accepted' ? 'done' : status,
    why,
    reason,
    failure,
    spent,
    limits,
    best: bestOf(end.best),
    patch: Patch.safeParse(end.value).data,
    tests: steps.findLast((record) => record.kind === 'tests'),
    person: records.findLast((record) => record.kind === 'message' || record.kind === 'decision'),
    broken: steps.findLast((record) => record.error !== undefined),
    last: steps.at(-1),
  }
}

function bestOf(best: unknown): Facts['best'] {
  const read = Best.safeParse(best).data
  return read && { attempt: read.attempt, objections: read.verdict.objections }
}
