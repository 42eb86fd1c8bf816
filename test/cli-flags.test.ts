import { describe, expect, test } from '@jest/globals'
import { Command } from 'commander'
import { z } from 'zod'
import { type Flag, flagsOf, readFlag } from '../cli/flags.ts'
import { addFlags, mergeInputs, typedFlags } from '../cli/options.ts'
import { messages } from '../contract/messages.ts'
import { testAndFix } from '../contract/test-and-fix.ts'

const flags = flagsOf(testAndFix.input)
const named = (name: string) => flags.find((flag) => flag.name === name)

function typed(words: string[], of: Flag[] = flags) {
  const command = addFlags(new Command(), of)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  command.parse(words, { from: 'user' })
  return typedFlags(of, command.opts())
}

test('every field of an input is a flag, with the description and the default of its schema', () => {
  const fields = Object.keys(testAndFix.input.shape).filter((field) => field !== 'limits')
  const limits = ['attempts', 'stalls', 'minutes', 'tokens', 'dollars', 'concurrency']
  expect(new Set(flags.map(({ path }) => path.at(-1)))).toEqual(new Set([...fields, ...limits]))
  expect(named('attempts')).toMatchObject({ alias: 'limits.attempts', description: 'How often a loop may propose. (default: 8)' })
  expect(named('allow-run')).toMatchObject({ kind: 'boolean', path: ['allowRun'] })
  expect(named('models')?.description).toMatch(/\(default: builtin\/repair\)$/)
  expect(named('repo')?.required).toBe(true)
})

test('what is typed becomes the nested input, and nothing is filled in', () => {
  expect(typed(['--repo', 'x', '--models', 'a/b, c/d', '--attempts', '3', '--dollars', 'none', '--allow-run'])).toEqual({
    repo: 'x',
    models: ['a/b', 'c/d'],
    limits: { attempts: 3, dollars: 'none' },
    allowRun: true,
  })
})

test('a nested field has a second, dotted spelling', () => {
  expect(typed(['--limits.attempts', '3'])).toEqual({ limits: { attempts: 3 } })
})

test('a nested field keeps only its dotted spelling when a field of the same name stands above it', () => {
  const schema = z.strictObject({ name: z.string(), inner: z.strictObject({ name: z.string() }) })
  expect(flagsOf(schema).map(({ name, alias }) => [name, alias])).toEqual([
    ['name', undefined],
    ['inner.name', undefined],
  ])
})

test('messages have flags too', () => {
  expect(flagsOf(messages.extend.input).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['attempts', 'stalls', 'minutes', 'tokens', 'dollars', 'concurrency', 'id', 'by']),
  )
  expect(flagsOf(messages.decide.input).find(({ name }) => name === 'answer')?.placeholder).toBe('yes|no|stop')
})

test('flags go over the input that was given as JSON, field by field', () => {
  expect(mergeInputs({ repo: 'x', limits: { attempts: 2, stalls: 2 } }, { limits: { attempts: 9 } })).toEqual({
    repo: 'x',
    limits: { attempts: 9, stalls: 2 },
  })
})

describe('what cannot be read is left for the schema to refuse', () => {
  const number: Flag = { path: ['n'], name: 'n', kind: 'number', description: '', required: false }
  test.each(['', ' ', 'seven', '0x10', '1,5', 'NaN', 'Infinity'])('%j is no number', (text) => {
    expect(readFlag(number, text)).toBe(text)
  })
  test.each([
    ['3', 3],
    ['0.5', 0.5],
    ['-1', -1],
    ['1e3', 1000],
  ])('%s is a number', (text, value) => {
    expect(readFlag(number, text)).toBe(value)
  })
})
