import { z } from 'zod'

/** Who may recall a fact: the run that remembered it, every run of its workflow, or every run of its tenant. */
export const factScopes = ['run', 'workflow', 'tenant'] as const
export type FactScope = (typeof factScopes)[number]

/** Something that a run was told to remember. Whoever recalls it is given it as data, whatever it says. */
export const Fact = z.strictObject({
  id: z.string().describe('What it is forgotten by.'),
  text: z.string(),
  scope: z.enum(factScopes).describe('Who may recall it.'),
  of: z.string().describe('The run, the workflow or the tenant.'),
  tenant: z.string().optional().describe('Of the run that remembered it; runs of another never see it.'),
  source: z
    .strictObject({
      run: z.string(),
      workflow: z.string(),
      stage: z.string(),
      by: z.string().describe('The agent that remembered it; `code` where workflow code did.'),
    })
    .describe('Where it comes from.'),
  at: z.int().describe('When, in milliseconds since the epoch.'),
  expires: z.int().describe('When it is forgotten by itself, in milliseconds since the epoch.'),
})
export type Fact = z.infer<typeof Fact>

/** The tools of the memory; a worker has them when LOOPWRIGHT_MEMORY names the scopes that it may use. */
export const memoryTools = { remember: 'remember', recall: 'recall' } as const

/** The most characters of a fact, the most facts of one run, workflow or tenant, and the most days that one is kept. */
export const factLimits = { characters: 2_000, facts: 200, days: 365 } as const
