import type { History } from '@temporalio/common/lib/proto-utils.js'
import { type OpenStage } from '../contract/messages.ts'
import { type Stage, stagesOf } from './stages.ts'

/** A step or a group of steps of a run. */
export interface GraphNode {
  path: string
  /** The path of the group that it belongs to. */
  parent?: string
  /** `step` is an activity that is none of the others. */
  kind: OpenStage['kind'] | 'step'
  label: string
  /** Milliseconds since the epoch. */
  start: number
  /** Absent while it is open. */
  end?: number
  status: 'running' | 'done' | 'failed' | 'cancelled'
  /** How often a step was tried; absent for groups. */
  tries?: number
}

/** Steps depend on steps; groups only nest. */
export interface Graph {
  nodes: GraphNode[]
  edges: { from: string; to: string }[]
}

interface Member {
  path: string
  stage?: Stage
  members: Member[]
}

/** What of a member touches its surroundings: the steps it begins and ends with, and when, in the order of the history. */
interface Span {
  entries: string[]
  exits: string[]
  first: number
  last: number
}

/**
 * Folds the histories of a run, oldest execution first, into the graph of its steps.
 * What began after a sibling had settled depends on it; what overlapped shares its parents; branches of `parallel` never depend on each other.
 */
export function foldHistory(histories: History[], { attempts }: { attempts?: number } = {}): Graph {
  const root: Member = { path: '', members: [] }
  const all = new Map<string, Member>([['', root]])
  for (const stage of stagesOf(histories)) member(all, stage.path).stage = stage
  const graph: Graph = { nodes: [], edges: [] }
  for (const child of root.members) describe(child, undefined, attempts, graph)
  link(root, graph)
  return graph
}

function member(all: Map<string, Member>, path: string): Member {
  const known = all.get(path)
  if (known) return known
  const created: Member = { path, members: [] }
  all.set(path, created)
  member(all, path.slice(0, Math.max(path.lastIndexOf('/'), 0))).members.push(created)
  return created
}

function describe(of: Member, parent: string | undefined, attempts: number | undefined, graph: Graph): Stage[] {
  const place = graph.nodes.length
  const stages = of.members.flatMap((inner) => describe(inner, of.path, attempts, graph))
  if (of.stage) stages.unshift(of.stage)
  const ends = stages.map(({ end }) => end)
  const last = stages.reduce((latest, stage) => (stage.endOrder >= latest.endOrder ? stage : latest))
  const own = of.stage
  graph.nodes.splice(place, 0, {
    path: of.path,
    ...(parent === undefined ? {} : { parent }),
    kind: own && of.members.length === 0 ? own.kind : groupKind(of),
    label: own?.label ?? groupLabel(of.path, attempts),
    start: Math.min(...stages.map(({ start }) => start)),
    ...(ends.every((end) => end !== undefined) ? { end: Math.max(...ends) } : {}),
    status: stages.some(({ status }) => status === 'running') ? 'running' : last.status,
    ...(own ? { tries: own.tries } : {}),
  })
  return stages
}

function link(of: Member, graph: Graph): Span {
  const own: Span[] = of.stage ? [{ entries: [of.path], exits: [of.path], first: of.stage.order, last: of.stage.endOrder }] : []
  const spans = [...own, ...of.members.map((inner) => link(inner, graph))].sort((a, b) => a.first - b.first)
  const independent = nameOf(of.path) === 'parallel'
  const entries: string[] = []
  for (const span of spans) {
    const before = independent ? [] : spans.filter(({ last }) => last < span.first)
    const newest = Math.max(...before.map(({ first }) => first))
    const parents = before.filter(({ last }) => last >= newest).flatMap(({ exits }) => exits)
    if (parents.length === 0) entries.push(...span.entries)
    for (const from of parents) for (const to of span.entries) graph.edges.push({ from, to })
  }
  const newest = Math.max(...spans.map(({ first }) => first))
  const exits = spans.filter(({ last }) => independent || last >= newest).flatMap((span) => span.exits)
  return { entries, exits, first: Math.min(...spans.map(({ first }) => first)), last: Math.max(...spans.map(({ last }) => last)) }
}

function groupKind({ path, members }: Member): GraphNode['kind'] {
  const name = nameOf(path)
  if (name === 'loop' || name === 'attempt' || name === 'turn' || name === 'gate') return name
  return members.some((inner) => nameOf(inner.path) === 'turn') ? 'agent' : 'group'
}

function groupLabel(path: string, attempts: number | undefined): string {
  const [, number] = lastSegment(path).split('#')
  return nameOf(path) === 'attempt' ? `attempt ${number}${attempts === undefined ? '' : ` of ${attempts}`}` : lastSegment(path)
}

const lastSegment = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const nameOf = (path: string) => lastSegment(path).split('#')[0]
