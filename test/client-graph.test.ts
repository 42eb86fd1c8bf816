import { describe, expect, test } from '@jest/globals'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { foldHistory } from '../client/graph.ts'

/** `+path` schedules an activity, `-path` completes it, `!path` fails it, `?gate` is a decision that was answered. */
function history(...steps: string[]) {
  const events: object[] = []
  const open = new Map<string, number>()
  for (const step of steps) {
    const path = step.slice(1)
    const eventId = String(events.length + 1)
    const eventTime = new Date(1_000_000_000_000 + events.length * 1_000).toISOString()
    const scheduledEventId = String(open.get(path))
    if (step.startsWith('+')) {
      open.set(path, events.length + 1)
      const name = path.includes('tests') ? 'runTests' : path.includes('ask') ? 'callModel' : 'useTool'
      events.push({ eventId, eventTime, activityTaskScheduledEventAttributes: { activityId: path, activityType: { name } } })
    } else if (step.startsWith('-')) {
      events.push({ eventId, eventTime, activityTaskCompletedEventAttributes: { scheduledEventId } })
    } else if (step.startsWith('!')) {
      events.push({ eventId, eventTime, activityTaskFailedEventAttributes: { scheduledEventId } })
    } else {
      const data = Buffer.from(JSON.stringify({ gate: path })).toString('base64')
      const input = { name: 'decide', args: { payloads: [{ metadata: {}, data }] } }
      events.push({ eventId, eventTime, workflowExecutionUpdateAcceptedEventAttributes: { acceptedRequest: { input } } })
      events.push({ eventId: '99', eventTime, workflowExecutionUpdateCompletedEventAttributes: { acceptedEventId: eventId } })
    }
  }
  return historyFromJSON({ events })
}

const edges = (...steps: string[]) =>
  foldHistory([history(...steps)])
    .edges.map(({ from, to }) => `${from} > ${to}`)
    .sort()

describe('edges', () => {
  const cases: [string, string[], string[]][] = [
    ['steps after each other are chained', ['+a#1', '-a#1', '+b#1', '-b#1', '+c#1', '-c#1'], ['a#1 > b#1', 'b#1 > c#1']],
    [
      'siblings that overlap share their parents, whatever order they settle in',
      ['+a#1', '-a#1', '+b#1', '+b#2', '-b#2', '-b#1', '+c#1', '-c#1'],
      ['a#1 > b#1', 'a#1 > b#2', 'b#1 > c#1', 'b#2 > c#1'],
    ],
    [
      'a fan-in depends on all branches',
      ['+p#1', '-p#1', '+parallel#1/0/x#1', '+parallel#1/1/x#1', '-parallel#1/1/x#1', '-parallel#1/0/x#1', '+z#1', '-z#1'],
      ['p#1 > parallel#1/0/x#1', 'p#1 > parallel#1/1/x#1', 'parallel#1/0/x#1 > z#1', 'parallel#1/1/x#1 > z#1'],
    ],
    [
      'branches of parallel are independent even when one runs after the other',
      ['+parallel#1/0/x#1', '-parallel#1/0/x#1', '+parallel#1/1/x#1', '-parallel#1/1/x#1', '+z#1', '-z#1'],
      ['parallel#1/0/x#1 > z#1', 'parallel#1/1/x#1 > z#1'],
    ],
    [
      'the steps of a branch are chained among themselves only',
      [
        '+parallel#1/0/x#1',
        '+parallel#1/1/x#1',
        '-parallel#1/0/x#1',
        '+parallel#1/0/y#1',
        '-parallel#1/1/x#1',
        '+parallel#1/1/y#1',
        '-parallel#1/1/y#1',
        '-parallel#1/0/y#1',
      ],
      ['parallel#1/0/x#1 > parallel#1/0/y#1', 'parallel#1/1/x#1 > parallel#1/1/y#1'],
    ],
    [
      'the next attempt depends on the last step of the one before',
      ['+loop#1/attempt#1/ask#1', '-loop#1/attempt#1/ask#1', '+loop#1/attempt#1/tests#1', '-loop#1/attempt#1/tests#1'].concat([
        '+loop#1/attempt#2/ask#1',
        '-loop#1/attempt#2/ask#1',
      ]),
      ['loop#1/attempt#1/ask#1 > loop#1/attempt#1/tests#1', 'loop#1/attempt#1/tests#1 > loop#1/attempt#2/ask#1'],
    ],
    ['a second try is the same step', ['+a#1', '!a#1', '+a#1~2', '-a#1~2', '+b#1', '-b#1'], ['a#1 > b#1']],
    ['a decided gate is a step', ['+a#1', '-a#1', '?gate#1', '+b#1', '-b#1'], ['a#1 > gate#1', 'gate#1 > b#1']],
  ]
  test.each(cases)('%s', (_name, steps, expected) => {
    expect(edges(...steps)).toEqual(expected)
  })
})

test('children nest in groups, which begin with their first step and end with their last', () => {
  const { nodes } = foldHistory([
    history('+loop#1/attempt#1/fix#1/turn#1/ask#1', '-loop#1/attempt#1/fix#1/turn#1/ask#1', '+loop#1/attempt#1/tests#1'),
  ])
  expect(nodes.map(({ path, parent, kind, status }) => ({ path, parent, kind, status }))).toEqual([
    { path: 'loop#1', parent: undefined, kind: 'loop', status: 'running' },
    { path: 'loop#1/attempt#1', parent: 'loop#1', kind: 'attempt', status: 'running' },
    { path: 'loop#1/attempt#1/fix#1', parent: 'loop#1/attempt#1', kind: 'agent', status: 'done' },
    { path: 'loop#1/attempt#1/fix#1/turn#1', parent: 'loop#1/attempt#1/fix#1', kind: 'turn', status: 'done' },
    { path: 'loop#1/attempt#1/fix#1/turn#1/ask#1', parent: 'loop#1/attempt#1/fix#1/turn#1', kind: 'model', status: 'done' },
    { path: 'loop#1/attempt#1/tests#1', parent: 'loop#1/attempt#1', kind: 'verify', status: 'running' },
  ])
  expect(nodes[0]?.end).toBeUndefined()
  expect(nodes[2]).toMatchObject({ start: 1_000_000_000_000, end: 1_000_000_001_000 })
})

test('a step that was tried twice says so and ends as the last try did', () => {
  const { nodes } = foldHistory([history('+a#1', '!a#1', '+a#1~2', '-a#1~2')])
  expect(nodes).toMatchObject([{ path: 'a#1', tries: 2, status: 'done' }])
})

test('attempts are labelled with their number, and with the limit where it is known', () => {
  const steps = history('+loop#1/attempt#2/ask#1')
  expect(foldHistory([steps]).nodes[1]?.label).toBe('attempt 2')
  expect(foldHistory([steps], { attempts: 8 }).nodes[1]?.label).toBe('attempt 2 of 8')
})

test('a run that continued as new is one graph', () => {
  const graph = foldHistory([history('+loop#1/a#1', '-loop#1/a#1'), history('+loop#1/b#1', '-loop#1/b#1')])
  expect(graph.edges).toEqual([{ from: 'loop#1/a#1', to: 'loop#1/b#1' }])
})
