import { expect, test } from '@jest/globals'
import { Models, parseModel } from '../contract/models.ts'

test('a model is split at its first slash, and a trailing word is an effort only if it is one', () => {
  expect(parseModel('openai/gpt-5-mini')).toEqual({ provider: 'openai', model: 'gpt-5-mini' })
  expect(parseModel('openai/gpt-5:high')).toEqual({ provider: 'openai', model: 'gpt-5', effort: 'high' })
  expect(parseModel('ollama/qwen3:8b')).toEqual({ provider: 'ollama', model: 'qwen3:8b' })
  expect(parseModel('ollama/qwen3:8b:low')).toEqual({ provider: 'ollama', model: 'qwen3:8b', effort: 'low' })
  expect(parseModel('openrouter/qwen/qwen3-coder:free')).toEqual({ provider: 'openrouter', model: 'qwen/qwen3-coder:free' })
  expect(parseModel('openai/gpt-5:off')).toEqual({ provider: 'openai', model: 'gpt-5', effort: 'none' })
})

test('one model is a chain of one, and what is no model is refused in words', () => {
  expect(Models.parse('openai/x')).toEqual(['openai/x'])
  expect(Models.parse(['openai/x', 'ollama/y'])).toEqual(['openai/x', 'ollama/y'])
  for (const bad of ['gpt-5', '', 'openai/', '/x', [], ['openai/x', 'y']]) expect(Models.safeParse(bad).success).toBe(false)
})
