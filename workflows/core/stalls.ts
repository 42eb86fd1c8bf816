import { type Verdict } from '../../contract/verdict.ts'

/**
 * How an attempt brought no progress, judged from the world: `edit-free` left it as it was; `ping-pong` went back to the state before the last; `repeated` to one
 * that was rejected earlier; `plateau` is new and scores the same; `churn` is new and no better.
 */
export type StallKind = 'edit-free' | 'ping-pong' | 'repeated' | 'plateau' | 'churn'

/** The kind of a stall, from the worlds seen before it, the last one last. */
export function stallKind({ world, score }: Verdict, worlds: string[], best: Verdict | undefined): StallKind {
  if (world && (world === worlds.at(-1) || world === best?.world)) return 'edit-free'
  if (world && world === worlds.at(-2)) return 'ping-pong'
  if (world && worlds.includes(world)) return 'repeated'
  return score !== undefined && best?.score !== undefined && score >= best.score ? 'plateau' : 'churn'
}

const told: Record<StallKind, string> = {
  'edit-free': 'Your last attempt changed nothing.',
  'ping-pong': 'Your last attempt came back to a state that was rejected before: you go back and forth between two.',
  repeated: 'Your last attempt came back to a state that was rejected before.',
  plateau: 'Your last attempt changed something and is no better.',
  churn: 'Your last attempt brought no progress.',
}

/** What the proposer is told after its first stall. */
export function nudgeOf(kind: StallKind): string {
  return `${told[kind]} Try a different approach; say first why the last one failed.`
}
