import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { git, type GitAt } from './git.ts'

/** Makes an empty git dir whose history ends at a commit. */
export async function initialize(at: GitAt, base: string): Promise<void> {
  await mkdir(at.gitDir, { recursive: true })
  await git(at, ['init', '--quiet', '--bare', '--template=', `--object-format=${base.length === 64 ? 'sha256' : 'sha1'}`])
  await mkdir(join(at.gitDir, 'info'), { recursive: true })
  // Bytes are bytes: no attribute of the repository converts line ends or encodings on the way in or out.
  await writeFile(join(at.gitDir, 'info', 'attributes'), '* -text -eol -ident -filter -working-tree-encoding\n')
  await writeFile(join(at.gitDir, 'shallow'), `${base}\n`)
}
