import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { wildcard } from '../named.ts'

const mostFiles = 1_000

/** The files below a folder that a path or a wildcard names (`build/**` followed by `/*.xml`); links are not followed, and dependencies not looked into. */
export function filesNamed(folder: string, path: string): string[] {
  const form = path.replace(/^(\.\/)+/, '')
  const pattern = wildcard(form)
  const fixed = form.split('/').findIndex((part) => /[*?]/.test(part))
  const start = form
    .split('/')
    .slice(0, fixed < 0 ? -1 : fixed)
    .join('/')
  const found: string[] = []
  const look = (below: string) => {
    for (const entry of entriesOf(join(folder, below))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isFile() && pattern.test(name) && found.length < mostFiles) found.push(name)
      if (entry.isDirectory() && fixed >= 0 && entry.name !== 'node_modules' && entry.name !== '.git') look(name)
    }
  }
  look(start)
  return found.toSorted()
}

function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}
