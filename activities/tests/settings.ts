import { canonicalJson } from '../../contract/digest.ts'

/** The keys of package.json that decide how tests run; any other may change. */
const packageKeys = [
  'scripts',
  'jest',
  'mocha',
  'ava',
  'tap',
  'vitest',
  'babel',
  'nyc',
  'c8',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'overrides',
  'resolutions',
  'pnpm',
]

/** The first key of package.json that decides how tests run and differs; undefined when none does. */
export function changedPackageKey(before: string | undefined, after: string | undefined): string | undefined {
  const [old, young] = [objectIn(before), objectIn(after)]
  return packageKeys.find((key) => canonicalJson(old?.[key]) !== canonicalJson(young?.[key]))
}

/** Whether the tests of a package are compiled with the settings in tsconfig.json. */
export function usesTypeScriptSettings(packageJson: string | undefined): boolean {
  return /\b(ts-jest|ts-node|ts-mocha|tsx|vitest|esbuild-register|@swc-node|tsconfig-paths)\b|\btsc\b/.test(packageJson ?? '')
}

/** The lines of pyproject.toml that concern pytest or tox: their tables, and every other line that names them. */
export function pytestSettings(text: string | undefined): string {
  let inside = false
  const lines = (text ?? '').split('\n').filter((line) => {
    if (/^\s*\[/.test(line) && !/^\s*\[["']/.test(line)) inside = /\b(pytest|tox)\b/.test(line)
    return inside || /\b(pytest|tox)\b/.test(line)
  })
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n')
}

/** Test configuration that may name other files, read at the base. */
export const configurationFiles = [
  'package.json',
  ...['js', 'cjs', 'mjs', 'ts', 'json'].map((ending) => `jest.config.${ending}`),
  ...['js', 'mjs', 'ts', 'mts'].map((ending) => `vitest.config.${ending}`),
  ...['', '.js', '.cjs', '.json', '.yml', '.yaml'].map((ending) => `.mocharc${ending}`),
]

/** Whether test configuration names a path: a set-up file, a transform, a reporter. */
export function namedInConfiguration(path: string, base: Record<string, string | undefined>): boolean {
  const stem = path.replace(/\.[^./]+$/, '')
  return configurationFiles.some((file) => {
    const text = file === 'package.json' ? testKeys(base[file]) : (base[file] ?? '')
    return [path, ...(stem === '' ? [] : [stem])].some((form) => quoted(form).test(text))
  })
}

function quoted(path: string): RegExp {
  return new RegExp(`(^|['"\\s\`])(<rootDir>/|\\./)?${path.replaceAll(/[.+^$*?{}()|[\]\\]/g, '\\$&')}(['"\\s\`]|$)`, 'm')
}

function testKeys(packageJson: string | undefined): string {
  const { jest, mocha, ava, tap, vitest } = objectIn(packageJson) ?? {}
  return JSON.stringify({ jest, mocha, ava, tap, vitest })
}

function objectIn(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '')
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}
