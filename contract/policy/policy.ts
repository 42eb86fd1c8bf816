import { z } from 'zod'
import { Shape } from './shape.ts'
import { effectClasses, toolTags } from '../workspace.ts'

/** Every run's history holds the policies that it is under, and each continuation carries them: all together may have so many bytes. */
export const mostPolicyBytes = 16 * 1024

/** What a policy may say about a call, the strictest last. */
export const verdicts = ['allow', 'ask', 'deny'] as const
export type PolicyVerdict = (typeof verdicts)[number]

const glob = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => !/[[\]{}?!]/.test(text), 'globs know * and ** only')
const globs = z.array(glob).min(1).max(200)
const roles = z.array(z.string().min(1)).min(1)

/** Who answers a question of a rule, and how long it stays open. */
const Asks = z.strictObject({
  roles: roles.optional().describe('One of these roles must answer. Default: anybody.'),
  quorum: z
    .strictObject({ yes: z.int().min(1), of: z.int().min(1) })
    .refine(({ yes, of }) => yes <= of, 'of cannot be less than yes')
    .optional()
    .describe('So many of so many different people must say yes. Default: one.'),
  notRequester: z.literal(true).optional().describe('Not whoever asked for the run. Default: they may.'),
  verified: z.literal(true).optional().describe('A name that is proven by a grant. Default: any name.'),
  minutes: z
    .number()
    .positive()
    .max(527_040)
    .optional()
    .describe('After so many minutes without an answer the call is denied. Default: never.'),
})

/** How much of it one run may do by a rule, together with the runs that it waits for. What goes over is denied. */
export const RuleLimits = z.strictObject({
  calls: z.int().positive().optional().describe('Calls. Default: as many as there are.'),
  bytes: z.int().positive().optional().describe('Bytes of the arguments of all calls together. Default: no limit.'),
  files: z.int().positive().optional().describe('Different files that the arguments name. Default: no limit.'),
  minutes: z
    .number()
    .positive()
    .optional()
    .describe('Minutes of all calls together; a call that begins before they are used up may end. Default: no limit.'),
  dollars: z
    .number()
    .positive()
    .optional()
    .describe(
      'Dollars of all calls together, as the tool says when it prepares a call; one that does not say is denied. Default: no limit.',
    ),
})
export type RuleLimits = z.infer<typeof RuleLimits>

/** One rule: what it says, and which calls it is about; a call must fit everything that is named. */
export const Rule = z
  .strictObject({
    name: z.string().min(1).max(60).describe('What the rule is called in decisions, traces and limits.'),
    then: z.enum(verdicts).describe('What is to be done: allow, ask a person, or deny.'),
    why: z.string().max(500).optional().describe('Told to the model and to people. Default: nothing but the name.'),
    tools: globs.optional().describe('Names of tools. Default: every tool.'),
    classes: z.array(z.enum(effectClasses)).min(1).optional().describe('What the tool does to the world. Default: every class.'),
    tags: z.array(z.enum(toolTags)).min(1).optional().describe('One of these tags of the tool. Default: any tool.'),
    place: z
      .enum(['workspace', 'worker'])
      .optional()
      .describe("A workspace's own tools, or those that the worker has besides. Default: both."),
    given: z.literal('allowRun').optional().describe('Only in runs that were started with this option. Default: in every run.'),
    workflows: globs.optional().describe('Names of workflows. Default: every workflow.'),
    roles: globs.optional().describe('Names of the agents that make the call; workflow code itself is called code. Default: everybody.'),
    paths: globs
      .optional()
      .describe(
        'Paths that the call names, relative to the workspace. Allowed are calls of which all fit; asked and denied those of which one does.',
      ),
    hosts: globs.optional().describe('Hosts that the call names, in the same way; with a port where it is not the usual one.'),
    argv: z
      .array(z.array(glob).min(1))
      .min(1)
      .optional()
      .describe('Commands as lists of words; ** at the end stands for any further ones.'),
    arguments: Shape.optional().describe('JSON Schema that the arguments fit.'),
    from: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('The arguments that paths, hosts or argv are read from. Default: those with the usual names.'),
    limits: RuleLimits.optional(),
    ask: Asks.optional(),
  })
  .refine(({ then, ask }) => then === 'ask' || ask === undefined, 'ask says who answers, and belongs to a rule that asks')
  .refine(({ then, limits }) => then !== 'deny' || limits === undefined, 'limits belong to a rule that allows or asks')
export type Rule = z.infer<typeof Rule>

/** The rules that Loopwright brings along; a policy takes them by name. */
export const standardNames = [
  ...(['edits', 'allow-run', 'registered', 'runs-elsewhere', 'protected-tests'] as const),
  ...(['kept-facts', 'untrusted-and-private'] as const),
] as const

/** What may happen without a person: rules over tool calls. deny is stronger than ask, ask than allow; their order says nothing. */
export const Policy = z
  .strictObject({
    description: z.string().max(500).optional().describe('For people.'),
    standard: z
      .array(z.enum(standardNames))
      .default(['runs-elsewhere', 'protected-tests', 'kept-facts', 'untrusted-and-private'])
      .describe('Which of the rules that Loopwright brings along hold, too.'),
    tags: z
      .record(glob, z.array(z.enum(toolTags)).min(1))
      .default({})
      .describe('Tags of tools by their names, besides those they have.'),
    rules: z
      .array(Rule)
      .max(500)
      .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, 'two rules have the same name')
      .describe('In any order.'),
  })
  .refine(
    ({ rules }) => rules.every(({ name }) => ![...standardNames, 'default'].includes(name)),
    'a rule has the name of one that Loopwright brings along',
  )
export type Policy = z.infer<typeof Policy>

/**
 * The policies that hold for a run. The first says what is allowed; of every other only what denies and asks counts, so that adding one never allows more.
 * Their hash is the SHA-256 of their canonical JSON.
 */
export type Policies = [Policy, ...Policy[]]
