import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { noteBoot } from './boot.ts'
import { git, type GitAt } from './git.ts'

/** What git makes of an empty git dir depends on the file system, and is the same for every one beside it: folders, and files with their content. */
type Template = { path: string; content?: Buffer }[]
const templates = new Map<string, Template>()

/** Makes an empty git dir whose history ends at a commit. Git is asked once in each folder. */
export async function initialize({ gitDir }: GitAt, base: string): Promise<void> {
  const format = base.length === 64 ? 'sha256' : 'sha1'
  const key = `${format} ${dirname(dirname(gitDir))}`
  const template = templates.get(key)
  await mkdir(gitDir, { recursive: true })
  if (template) await fill(gitDir, template)
  else {
    await git({ gitDir }, ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`])
    templates.set(key, await templateOf(gitDir))
  }
  await mkdir(join(gitDir, 'info'), { recursive: true })
  // Bytes are bytes: no attribute of the repository converts line ends or encodings on the way in or out.
  await writeFile(join(gitDir, 'info', 'attributes'), '* -text -eol -ident -filter -working-tree-encoding\n')
  await writeFile(join(gitDir, 'shallow'), `${base}\n`)
  noteBoot({ gitDir })
}

async function fill(gitDir: string, template: Template): Promise<void> {
  for (const { path, content } of template)
    if (content === undefined) await mkdir(join(gitDir, path), { recursive: true })
    else await writeFile(join(gitDir, path), content)
}

async function templateOf(gitDir: string, below = ''): Promise<Template> {
  const entries = await readdir(join(gitDir, below), { withFileTypes: true })
  const parts = entries.map(async (entry): Promise<Template> => {
    const path = join(below, entry.name)
    if (!entry.isDirectory()) return [{ path, content: await readFile(join(gitDir, path)) }]
    return [{ path }, ...(await templateOf(gitDir, path))]
  })
  return (await Promise.all(parts)).flat()
}
