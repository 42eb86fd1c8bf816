import { expect, test } from '@jest/globals'
import { messageOf, subjectOf } from '../workflows/core/delivery.ts'

test('the subject is the first line of the goal that says something, of at most 72 characters', () => {
  expect(subjectOf('Make the failing tests pass without changing the tests.')).toBe(
    'Make the failing tests pass without changing the tests',
  )
  expect(subjectOf('\n \t\r\nMend add\nand more')).toBe('Mend add')
  const long = `Mend ${'word '.repeat(30)}`
  expect(subjectOf(long)).toBe(`Mend ${'word '.repeat(13).trim()}…`)
  expect(Array.from(subjectOf('😀'.repeat(100)))).toHaveLength(72)
  expect(subjectOf('evil\u001b[31m \u202e\u0000 line')).toBe('evil [31m line')
  expect(subjectOf('\u0000\n')).toBe('Change the code as a run was asked to')
})

test('the body says what was verified, and trailers name the run and the step', () => {
  const verified = { commit: 'c1', command: 'npm test', passed: 3, failed: 0, skipped: 0 }
  const told = {
    run: 'testAndFix-a\nSigned-off-by: x',
    goal: 'Mend add',
    outcome: { why: 'Attempt 2 was accepted.' },
    commit: 'c1',
    verified,
  }
  expect(messageOf(told)).toBe(
    'Mend add\n\nAttempt 2 was accepted.\nTests: npm test (3 passed, 0 failed)\n\nLoopwright-Run: testAndFix-a Signed-off-by: x\nLoopwright-Commit: c1\n',
  )
  expect(messageOf({ ...told, commit: 'c2' })).not.toContain('passed')
  expect(messageOf({ ...told, verified: { ...verified, skipped: 1 } })).toContain('(3 passed, 0 failed, 1 skipped)')
})
