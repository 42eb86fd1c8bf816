import { rgPath } from '@vscode/ripgrep'
import { type ProcessResult, runProcess } from './process.ts'

const timeoutMilliseconds = 60_000
const outputBytes = 4_000_000
const always = [
  '--no-config',
  '--no-require-git',
  '--hidden',
  '--sort=path',
  '--color=never',
  '--no-heading',
  '--with-filename',
  '--line-number',
]

/** Searches files below a folder by ripgrep: hidden ones too, what git ignores or is git's own not, links not followed. At most a minute and 4 MB of output. */
export async function ripgrep(folder: string, words: string[], signal?: AbortSignal): Promise<ProcessResult> {
  const result = await runProcess([rgPath, ...always, ...words], {
    cwd: folder,
    environment: { LC_ALL: 'C.UTF-8' },
    timeoutMilliseconds,
    outputBytes,
    ...(signal ? { signal } : {}),
  })
  if (result.ended === 'not found') throw new Error('ripgrep is not installed; run npm install again')
  return result
}
