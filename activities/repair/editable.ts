import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'

const dependencyFolders = new Set(['node_modules', '.venv', 'venv', 'site-packages', 'vendor', '__pycache__'])

/** Whether a folder of this name holds what others wrote. */
export function isDependencyFolder(name: string): boolean {
  return dependencyFolders.has(name)
}

const testPattern =
  /(^|\/)(tests?|__tests__|__mocks__|specs?|fixtures|e2e)\/|[._-](test|tests|spec)\.[^/.]+$|(^|\/)(test_[^/]*|conftest|setup|noxfile|tasks)\.py$|(^|\/)tests?\.[^/.]+$/
const configuration = /(^|\/)\.|\.(config|conf|setup|d)\.[^/.]+$|(^|\/)(gulpfile|gruntfile|karma\.conf)\.[^/.]+$/i
const source = /\.(c|m)?(j|t)sx?$|\.py$/

/** Whether a file, named relative to its folder, is a test or belongs to tests. */
export function isTestFile(file: string): boolean {
  return testPattern.test(file)
}

/** Whether a file, named relative to its folder, is source code that a repair may change: no test, no configuration, no dependency. */
export function isEditable(file: string): boolean {
  return source.test(file) && !isTestFile(file) && !configuration.test(file) && !file.split('/').some(isDependencyFolder)
}

/** The editable files of a folder, sorted. */
export async function editableFiles(folder: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await readdir(join(folder, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (entry.isDirectory() && !isDependencyFolder(entry.name) && !entry.name.startsWith('.')) await visit(path)
      else if (entry.isFile() && isEditable(path)) found.push(path)
    }
  }
  await visit('')
  return found.sort()
}

/** Whether a file is Python; every other editable file is JavaScript or TypeScript. */
export function isPython(file: string): boolean {
  return basename(file).endsWith('.py')
}
