import { z } from 'zod'
import { declare } from '../declaration.ts'
import { everyModel, Fallback } from '../fallback.ts'
import { judgesOf, judging } from '../judges.ts'
import { JsonSchema } from '../json-schema.ts'
import { Limits } from '../limits.ts'
import { Models } from '../models.ts'
import { does } from '../stages.ts'

/** Reason, act, observe, decide. */
export const agentLoop = declare({
  description:
    'A model works towards a goal with tools, turn by turn, until it gives an answer of the wanted shape that a judge finds good.',
  input: z.strictObject({
    goal: z.string().min(1).describe('What is wanted.'),
    tools: z
      .array(z.string())
      .default([])
      .describe("Tools of the worker that it may use: its owner's, those of MCP servers, skill and retrieve. Default: none."),
    answer: JsonSchema.optional().describe('JSON Schema of the answer, an object. Default: a text, { answer }.'),
    rubric: z
      .record(z.string().min(1), z.string().min(1))
      .optional()
      .describe('What makes a good answer: criteria by name. Default: no judge; the shape alone decides.'),
    turns: z.int().min(1).max(1_000).default(50).describe('Most turns of an attempt.'),
    models: Models.describe('Who works.'),
    judges: Models.optional().describe(
      'Who judges by the rubric; best another model. Default: the same chain from its second model on, in a context of its own.',
    ),
    fallback: Fallback,
    limits: Limits.prefault({}),
  }),
  output: z.record(z.string(), z.json()),
  models: ({ models, judges = [], fallback }) => everyModel([...models, ...judges], fallback),
  owner: 'model',
  stages: ({ models, judges = judgesOf(models), rubric, turns, ...rest }) => [
    does.repeats(rest, [
      does.works('work', models, turns, `works with tools, at most ${turns} turns`),
      does.code('schema', 'the answer has the wanted shape'),
      ...(rubric ? [judging(does.answers('judge', judges, 'judges by the rubric'), models)] : []),
    ]),
  ],
  fails: 'Without a rubric any answer of the shape is taken. One that goes round in circles is told once, then stopped.',
  context:
    'The model sees its own conversation and what its tools answered; after a stall it begins afresh from the best. The judge sees the answer alone.',
  verifier: 'The shape of the answer, and a judge with a fresh context if there is a rubric.',
  learning: 'Objections come into its conversation; a second stall makes it begin afresh.',
  example: { goal: 'Say in one sentence what a heartbeat is for.', models: 'openai/gpt-5-mini' },
})
export type AgentLoop = z.output<typeof agentLoop.input>
