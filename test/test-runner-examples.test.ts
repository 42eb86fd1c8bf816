import { expect, test } from '@jest/globals'
import { runIn } from './fixtures/tests/folder.ts'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What each example's tests find wrong, and how many tests there are. */
const examples: { name: string; argv: string[]; format: string; tests: number; failing: string[]; modules?: true }[] = [
  {
    name: 'broken-javascript',
    argv: ['npm', 'test'],
    format: 'node',
    tests: 15,
    failing: [
      'test/discounts.test.js > bulk discount > ten of a product are five percent cheaper',
      'test/order.test.js > a small order pays for its parcel',
      'test/shipping.test.js > below that a whole kilogram costs one rate',
      'test/shipping.test.js > a kilogram that is only begun costs its rate too',
    ],
  },
  {
    name: 'broken-typescript',
    argv: ['npm', 'test'],
    format: 'jest',
    tests: 11,
    failing: [
      'test/ranges.test.ts > overlap > a later range does not overlap',
      'test/ranges.test.ts > intersection > is nothing for ranges apart',
    ],
    modules: true,
  },
  {
    name: 'broken-python',
    argv: ['python3', '-m', 'unittest', '-v'],
    format: 'unittest',
    tests: 14,
    failing: [
      'tests/test_cells.py > ShortenTest > test_a_text_that_just_fits_stays',
      'tests/test_render.py > RenderTest > test_words_stand_left_and_numbers_right',
      'tests/test_render.py > RuleTest > test_it_spans_each_cell_and_the_spaces_around_it',
    ],
  },
]

test.each(examples)('the tests of $name find exactly its faults', async ({ name, argv, format, tests, failing, modules }) => {
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  try {
    await cp(resolve('examples', name), folder, { recursive: true })
    if (modules) await symlink(resolve('node_modules'), join(folder, 'node_modules'))
    const run = await runIn(folder, argv)
    expect(run.checks.filter((check) => check.status === 'failed').map((check) => check.name)).toEqual(failing)
    expect(run).toMatchObject({ format, exitCode: 1, timedOut: false })
    expect(run.checks).toHaveLength(tests)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
