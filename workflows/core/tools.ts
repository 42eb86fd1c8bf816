import { askPerson } from '../../contract/ask-person.ts'
import { ticketTools } from '../../contract/office/tickets.ts'
import { type Tool } from '../../contract/workspace.ts'
import { failure } from './failure.ts'
import { currentRun } from './run.ts'

/** Tools by name, for `agent` and `use`: those of one's own that the worker registered, and `ask_person`; fails with `UnknownTool` when one is missing. */
export function tools(...names: string[]): Tool[] {
  const run = currentRun()
  const there = [...(run.preflight?.tools ?? []), askPerson]
  return names.map((name) => {
    const found = there.find((tool) => tool.name === name)
    if (found) return found
    const list = there.map((tool) => tool.name).join(', ') || 'none'
    throw failure(
      'UnknownTool',
      `No tool ${JSON.stringify(name)} was registered with the worker that this run began on; there are: ${list}.`,
      {
        run: run.id,
        effect: 'no',
        next: nextFor(name),
      },
    )
  })
}

/** The tools that a model is offered: a few are for one provider only. What it was not offered it can't use. */
export function offeredTo(model: string, tools: Tool[]): Tool[] {
  return tools.filter(({ provider }) => provider === undefined || model.startsWith(`${provider}/`))
}

/** Tools of the worker's own are there only where a variable of its environment says so. */
function nextFor(name: string): string {
  const tickets: string[] = Object.values(ticketTools)
  if (!tickets.includes(name)) return 'Start the worker with that tool, then start the run again.'
  return 'Start the worker with LOOPWRIGHT_TICKETS=FOLDER, the folder in which the tickets are, then start the run again.'
}
