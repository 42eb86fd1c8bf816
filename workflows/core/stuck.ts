import { digest } from '../../contract/digest.ts'
import { type ToolCall } from '../../contract/models.ts'
import { type Tool, type UseResult } from '../../contract/workspace.ts'
import { workspaceAt } from './workspace.ts'

/** So often a cycle of turns may come round before it counts as one. */
const rounds = 3
const longestCycle = 3

/** A turn in which nothing happened at all. */
export const emptyTurn = 'empty'

/**
 * What one tool call came to, so that the same call with the same result can be told. Undefined for tools that poll: they may bring the same for ever.
 * What only looks at a workspace brings the same as long as the workspace is the same, however long the tests took.
 */
export function doneBy({ name, arguments: given }: ToolCall, tool: Tool | undefined, result: UseResult['text']): string | undefined {
  if (tool?.polling) return undefined
  const looks = tool?.workspace && tool.class === 'read'
  return digest([name, given ?? null, looks ? workspaceAt(tool.workspace!).at.commit : result])
}

/** The fingerprint of a turn; undefined when all it did was to poll. */
export function turnDone(calls: (string | undefined)[]): string | undefined {
  const counted = calls.filter((call) => call !== undefined)
  return counted.length === 0 ? undefined : digest(counted).slice(0, 16)
}

/** Adds a turn to those that are compared. */
export function withTurn(recent: string[], done: string | undefined): string[] {
  return done === undefined ? recent : [...recent, done].slice(-rounds * longestCycle)
}

/** How an agent goes round in circles, as a sentence; undefined when it doesn't. */
export function circling(recent: string[]): string | undefined {
  const cycle = [1, 2, 3].find((length) => goesRound(recent, length))
  if (cycle === undefined) return undefined
  if (cycle > 1) return `The same ${cycle} turns with the same results came round ${rounds} times.`
  return recent.at(-1) === emptyTurn
    ? `${rounds} turns in a row brought no action.`
    : `The same calls were made ${rounds} times in a row, with the same results.`
}

function goesRound(recent: string[], length: number): boolean {
  const tail = recent.slice(-rounds * length)
  return tail.length === rounds * length && tail.every((turn, index) => turn === tail[index % length])
}
