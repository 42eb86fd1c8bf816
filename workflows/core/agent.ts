import { z } from 'zod'
import { defaultTurns } from '../../contract/bounds.ts'
import { type Json, Ref, type Text } from '../../contract/json.ts'
import { type Share } from '../../contract/limits.ts'
import { type Message, type Transcript } from '../../contract/models.ts'
import { type Tool } from '../../contract/workspace.ts'
import { resolvedAnswer } from './finishing.ts'
import { group, type Here } from './group.ts'
import { isPaused } from './holds.ts'
import { type Input, promptOf, readMessages } from './input.ts'
import { type Attempt } from './progress.ts'
import { briefing } from './prompts.ts'
import { structured } from './recall.ts'
import { factsOn } from './facts.ts'
import { waitUntil } from './road.ts'
import { shareOf } from './share.ts'
import { hear } from './steering.ts'
import { turn } from './turn.ts'
import { moveWorkspace, workspaceAt } from './workspace.ts'

/** A model that works with tools, turn by turn, until it is done. */
export interface AgentOptions extends Partial<Attempt<unknown>> {
  name: string
  goal: string
  models: string[]
  tools: Tool[]
  /** What came before; `{previous}` in the goal stands for it, otherwise it is appended. */
  previous?: Input['previous']
  /** Names of stages that kept their text, or artifacts by hash. */
  reads?: (string | Ref)[]
  /** Words: the facts that are remembered of them are recalled first, and given to it as data. The worker must have a memory. */
  recalls?: Input['recalls']
  /** Begins with this conversation; otherwise with none. */
  transcript?: Transcript
  /** What it is, in general; without, one that proposes and is verified by somebody else. */
  system?: string
  /** It verifies somebody else's work: its context is fresh, and no steering reaches it. */
  verifies?: true
  /** Most turns (50). */
  turns?: number
  maxOutputTokens?: number
  /** A smaller share of the run's tokens or dollars, for all its turns. */
  limits?: Pick<Share, 'tokens' | 'dollars'>
}

/** What an agent ended with. `stopped`: it ran out of turns, or went round in circles although it was told. */
export interface AgentResult {
  answer: Text
  /** Its answer as `finishing` asks for it; absent in a workspace, and where it ended without. */
  value?: { [key: string]: Json }
  transcript?: Transcript
  turns: number
  stopped?: 'turns' | 'circling'
  /** What it was doing, when it went round in circles. */
  why?: string
}

/** Where an agent stands between two turns; carried by its path. */
export interface AgentState {
  turn: number
  transcript?: Transcript
  /** Messages that the model has not seen yet. */
  add: Message[]
  answer?: Text
  finished?: { [key: string]: Json }
  /** Fingerprints of the last turns, and whether it was told already that they go round in circles. */
  recent?: string[]
  nudged?: true
  circling?: string
}

/** The part of a patch that a workspace can go back to. */
const Restorable = z.looseObject({ base: z.string(), commit: z.string(), pack: Ref })

/** Lets a model reason, act and observe until it finishes or has no turns left. Steering reaches it before each turn. */
export function agent(options: AgentOptions): Promise<AgentResult> {
  const {
    name,
    goal,
    models,
    tools,
    number = 1,
    feedback = [],
    nudge,
    context,
    turns = defaultTurns,
    previous,
    reads,
    recalls,
    verifies,
    limits = {},
  } = options
  const call = { goal, models, tools: tools.map((tool) => tool.name), number, feedback, nudge, context, previous, reads, recalls }
  const share = shareOf({ ...limits, attempts: 1, stalls: 1 })
  return group({ name, kind: verifies ? 'verify' : 'agent', text: `${name}: ${models[0]}`, call, ...share }, async (here) => {
    let state = here.remembered<AgentState>() ?? begin(here, options, recalls === undefined ? [] : [await factsOn(recalls)])
    try {
      while (state.turn < turns && state.answer === undefined && state.circling === undefined) {
        const stage = { name: 'turn', kind: 'turn' as const, text: `turn ${state.turn + 1} of ${turns}`, number: state.turn + 1 }
        // While it is paused, what people say waits with it.
        if (isPaused(here.run, here.path)) await waitUntil(here.run, () => !isPaused(here.run, here.path) || here.run.stop !== undefined)
        // What was heard stays in the conversation even if this turn fails.
        state = { ...state, add: [...state.add, ...hear(here.run, here.path, `${here.path}/turn#${stage.number}`, 'next')] }
        state = await group(stage, (turnHere) => turn(turnHere, here.path, options, state))
        here.remember(state)
      }
    } finally {
      leaveTranscript(here, state)
    }
    const given = state.finished ?? (state.answer === undefined ? undefined : { answer: state.answer })
    const value = given && needsValue(options) ? await resolvedAnswer(given) : undefined
    return { ...resultOf(state), ...(value ? { value } : {}) }
  })
}

/** In a workspace the work is the answer, and what is said about it may stay where it is. */
function needsValue({ tools }: AgentOptions): boolean {
  return tools.some(({ name, workspace }) => name === 'finish' && workspace === undefined)
}

function resultOf({ answer, transcript, turn: turns, circling }: AgentState): AgentResult {
  const stopped = circling === undefined ? { stopped: 'turns' as const } : { stopped: 'circling' as const, why: circling }
  return { answer: answer ?? '', ...(transcript ? { transcript } : {}), turns, ...(answer === undefined ? stopped : {}) }
}

/** The first state: the conversation of the last attempt with its objections, or a fresh one that starts from the best tree. */
function begin(here: Here, options: AgentOptions, facts: Message[]): AgentState {
  const last = here.run.state[transcriptKey(here.path)] as Pick<AgentState, 'transcript' | 'add'> | undefined
  const forked = options.context === 'fresh' || options.verifies ? undefined : last
  if (options.context === 'fresh') restoreBest(options)
  const { goal, previous, reads = [], transcript } = options
  const told = { ...options, goal: promptOf(goal, previous) }
  const first = briefing(told, false).filter(({ role }) => role !== 'system' || !transcript)
  const state: AgentState = forked
    ? { turn: 0, ...forked, add: [...forked.add, ...briefing(told, true), ...facts] }
    : { turn: 0, ...(transcript ? { transcript } : {}), add: [...first, ...readMessages(reads), ...facts] }
  here.remember(state)
  return state
}

function restoreBest({ best, tools }: AgentOptions): void {
  const { success, data } = Restorable.safeParse(best?.value)
  if (!success) return
  for (const path of new Set(tools.map(({ workspace }) => workspace)))
    if (path && workspaceAt(path).at.base === data.base) moveWorkspace(path, data)
}

function leaveTranscript(here: Here, { transcript, add }: AgentState): void {
  if (transcript) here.run.state[transcriptKey(here.path)] = structured({ transcript, add })
}

/** The conversation outlives its attempt: its key is the agent's path without the innermost attempt. */
function transcriptKey(path: string): string {
  return `transcript:${path.replace(/\/attempt#\d+(?!.*\/attempt#)/, '')}`
}
