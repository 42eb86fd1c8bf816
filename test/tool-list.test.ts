import { expect, test } from '@jest/globals'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { described } from '../activities/effects/registry.ts'
import { type ServedTool } from '../activities/effects/tool.ts'
import { fetchTool } from '../activities/fetch/tool.ts'
import { rememberingTools } from '../activities/memory/tools.ts'
import { retrieveTool } from '../activities/retrieve/tool.ts'
import { skillTool } from '../activities/skills/tool.ts'
import { askPerson } from '../contract/ask-person.ts'
import { decide } from '../contract/policy/decide.ts'
import { builtInPolicy } from '../contract/policy/standard.ts'
import { workspaceTools } from '../contract/tools.ts'
import { type Tool } from '../contract/workspace.ts'
import { folderStore } from '../store/folder.ts'

const environment = { LOOPWRIGHT_DOCUMENTS: tmpdir(), LOOPWRIGHT_FETCH: '*', LOOPWRIGHT_MEMORY: 'workflow' }
const skills = skillTool([fileURLToPath(new URL('./fixtures/skills', import.meta.url))]).tools
const served: ServedTool[] = [
  ...fetchTool(environment),
  ...retrieveTool(environment),
  ...rememberingTools(environment, folderStore(tmpdir())),
  ...skills,
]
const tools: Tool[] = [...workspaceTools({ allowRun: true, path: 'workspace#1' }), ...served.map(described), askPerson]

/** What it does to the world, the most minutes of a call, and what happens without a policy file in a run that was not started with --allow-run. */
const list: Record<string, [Tool['class'], number, string]> = {
  read: ['read', 1, 'allow'],
  search: ['read', 1, 'allow'],
  list: ['read', 1, 'allow'],
  git: ['read', 2, 'allow'],
  edit: ['content', 1, 'allow'],
  write: ['content', 1, 'allow'],
  patch: ['content', 2, 'allow'],
  run: ['once', 10, 'deny'],
  tests: ['read', 30, 'allow'],
  repair: ['content', 30, 'allow'],
  finish: ['read', 1, 'allow'],
  fetch: ['read', 1, 'allow'],
  retrieve: ['read', 2, 'allow'],
  remember: ['keyed', 0.5, 'allow'],
  recall: ['read', 0.5, 'allow'],
  skill: ['read', 0.5, 'allow'],
}

test('every tool says what it takes, what it does to the world, how long a call may last, and is decided by a rule', () => {
  const said = tools.map((tool) => {
    const { name, class: effectClass, minutes = 0 } = tool
    const call = { tool, arguments: {}, workflow: 'testAndFix', role: 'fix', allowRun: false }
    return [name, [effectClass, minutes, decide(builtInPolicy, call).then]]
  })
  // What a person is asked has a gate of its own, and no rule.
  expect(Object.fromEntries(said.filter(([name]) => name !== 'ask_person'))).toEqual(list)
  for (const { name, description, schema } of tools) {
    expect([name, description.length > 10, schema['type'], schema['additionalProperties']]).toEqual([name, true, 'object', false])
    for (const [argument, about] of Object.entries(schema['properties'] as Record<string, { description?: string }>))
      expect([name, argument, about.description]).toEqual([name, argument, expect.any(String)])
  }
})

test('what would be remembered for later runs is asked about, whatever else is said', () => {
  const [tool] = tools.filter(({ name }) => name === 'remember')
  const said = (given: { [key: string]: string | number }) =>
    decide(builtInPolicy, { tool: tool!, arguments: given, workflow: 'triage', role: 'fix', allowRun: false }, { whole: true })
  for (const given of [{ scope: 'workflow' }, { scope: 'tenant', text: 'x', days: 1 }])
    expect(said(given)).toMatchObject({ then: 'ask', rule: 'kept-facts' })
  for (const given of [{ text: 'x' }, { text: 'x', scope: 'run' }]) expect(said(given)).toMatchObject({ then: 'allow', rule: 'registered' })
})
