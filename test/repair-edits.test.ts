import { describe, expect, test } from '@jest/globals'
import { rankedCandidates } from '../activities/repair/candidates.ts'
import { edited } from '../activities/repair/copies.ts'
import { hintsOf } from '../activities/repair/hints.ts'
import { localise } from '../activities/repair/localise.ts'

/** The texts that the candidates for a file lead to, every line being suspicious. */
async function texts(file: string, source: string, message = ''): Promise<string[]> {
  const sources = new Map([[file, source]])
  const suspicion = localise([], [], sources)
  const candidates = await rankedCandidates(sources, suspicion, hintsOf([message]), 'python3', 2000, new AbortController().signal)
  return candidates.map((candidate) => edited(source, candidate))
}

const inFunction = (body: string) => `function f(a, b, list) {\n  ${body}\n}\n`

describe('JavaScript', () => {
  test.each([
    ['comparison', 'return a < b', 'return a <= b'],
    ['arithmetic', 'return a - b', 'return a + b'],
    ['logic', 'if (a && b) return 1', 'if (a || b) return 1'],
    ['negation', 'if (!a) return b', 'if (a) return b'],
    ['off by one', 'return list[list.length]', 'return list[list.length - 1]'],
    ['bound', 'return list.slice(0, a)', 'return list.slice(0, a + 1)'],
    ['boolean', 'return true', 'return false'],
    ['initial value', 'return list.reduce((x, y) => x * y, 0)', 'return list.reduce((x, y) => x * y, 1)'],
    ['text', "return a === 'red' ? 'green' : b", "return a === 'green' ? 'green' : b"],
    ['name', 'return a * a', 'return a * b'],
    ['member', 'return Math.max(a, b)', 'return Math.min(a, b)'],
    ['property', 'return a.left + a.right.length', 'return a.right + a.right.length'],
    ['arguments', 'return f(b, a)', 'return f(a, b)'],
    ['missing argument', 'return f(a, b)', 'return f(a, b, list)'],
    ['missing return', 'f(a, b, list)', 'return f(a, b, list)'],
    ['missing comparison', 'return list.sort()', 'return list.sort((a, b) => a - b)'],
    ['missing copy', 'return list.reverse()', 'return [...list].reverse()'],
    ['missing guard', 'return a.b.c', 'return a.b?.c'],
    ['grouping', 'return a + b / 2', 'return (a + b) / 2'],
    ['spread', 'list.push(a)', 'list.push(...a)'],
    ['pattern', "return a.replace(/x/, '')", "return a.replace(/x/g, '')"],
    ['branches', 'return a ? b : list', 'return a ? list : b'],
  ])('%s', async (_kind, before, after) => {
    expect(await texts('a.js', inFunction(before))).toContain(inFunction(after))
  })

  test('a return is moved behind its loop', async () => {
    const found = await texts('a.js', 'function f(list) {\n  for (const x of list) {\n    if (x) return x\n    return 0\n  }\n}\n')
    expect(found.map((text) => text.replaceAll(/\s+/g, ' '))).toContain(
      'function f(list) { for (const x of list) { if (x) return x } return 0 } ',
    )
  })

  test('a guard at the start is proposed for a result that is not a number', async () => {
    const found = await texts('a.js', inFunction('return a / list.length'), 'NaN !== 0')
    expect(found).toContain('function f(a, b, list) { if (list.length === 0) return 0;\n  return a / list.length\n}\n')
  })

  test('types, imports and the code around an edit stay as they are', async () => {
    const source = "import { b } from './b'\n\nexport   const f = (a : number) : boolean => a<b // why\n"
    const found = await texts('a.ts', source)
    expect(found).toContain(source.replace('<', '<='))
    for (const text of found)
      expect(text).toMatch(/^import \{ b \} from '\.\/b'\n\nexport {3}const f = \(a : number\) : boolean => .*\/\/ why\n$/)
  })
})

const inDefinition = (body: string) => `def f(a, b, items):\n    ${body}\n`

describe('Python', () => {
  test.each([
    ['comparison', 'return a < b', 'return a <= b'],
    ['arithmetic', 'return a / b', 'return a // b'],
    ['logic', 'return a and b', 'return a or b'],
    ['negation', 'return not a', 'return a'],
    ['off by one', 'return items[a]', 'return items[a - 1]'],
    ['bound', 'return list(range(a))', 'return list(range(a + 1))'],
    ['boolean', 'return True', 'return False'],
    ['initial value', 'c = 0\n    return c', "c = float('-inf')\n    return c"],
    ['text', 'return a.join("x") + "yy"', 'return a.join("yy") + "yy"'],
    ['name', 'return a * a', 'return a * b'],
    ['attribute', 'items.append(a)', 'items.extend(a)'],
    ['function', 'return min(a, b)', 'return max(a, b)'],
    ['arguments', 'return f(b, a, items)', 'return f(a, b, items)'],
    ['missing argument', 'return f(a, b)', 'return f(a, b, items)'],
    ['missing return', 'a.run(b)', 'return a.run(b)'],
    ['slice', 'return items[a:]', 'return items[a + 1:]'],
    ['yield', 'yield f(a, b, items)', 'yield from f(a, b, items)'],
    ['membership', 'return a in items', 'return a not in items'],
    ['grouping', 'return a + b * 2', 'return (a + b) * 2'],
    ['assignment', 'a = b', 'a += b'],
    ['order', 'return sorted(items)', 'return sorted(items, reverse=True)'],
  ])('%s', async (_kind, before, after) => {
    expect(await texts('a.py', inDefinition(before))).toContain(inDefinition(after))
  })

  test('a missing key gets a default', async () => {
    expect(await texts('a.py', inDefinition('return a[b] + 1'), "KeyError: 'x'")).toContain(inDefinition('return a.get(b, 0) + 1'))
  })

  test('a return is moved out of its loop', async () => {
    const found = await texts('a.py', 'def f(items):\n    for x in items:\n        if x:\n            return x\n        return 0\n')
    expect(found).toContain('def f(items):\n    for x in items:\n        if x:\n            return x\n    return 0\n')
  })

  test('places are right behind letters of several bytes and units', async () => {
    const source = 'def f(a, b):\n    return "é🙂", a < b, "ü" # 🙂\n'
    expect(await texts('a.py', source)).toContain(source.replace('<', '<='))
  })
})

test('what is no program is never a candidate', async () => {
  expect(await texts('a.js', 'const a = (')).toEqual([])
  expect(await texts('a.py', 'def f(:')).toEqual([])
})
