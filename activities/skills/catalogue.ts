import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { readInside } from '../regular-file.ts'

/** A skill: a folder with a SKILL.md, whose head says what it is for. */
export interface Skill {
  name: string
  description: string
  folder: string
}

const mostBytes = 200_000
const Head = z.looseObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a name is up to 64 small letters, digits and -'),
  description: z.string().trim().min(1).max(1_024),
})

/** The skills of some folders, one folder each, by name. What can't be used is named in `problems` and left out. */
export function readSkills(folders: string[]): { skills: Map<string, Skill>; problems: string[] } {
  const skills = new Map<string, Skill>()
  const problems: string[] = []
  for (const folder of folders.flatMap(subfolders)) {
    try {
      const { name, description } = headOf(folder)
      if (skills.has(name)) problems.push(`The skill ${name} in ${folder} is left out: there is another of this name.`)
      else skills.set(name, { name, description, folder })
    } catch (error) {
      problems.push(`The skill in ${folder} can't be used: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { skills, problems }
}

/** The text below the head of a skill's SKILL.md, and the files that lie beside it. */
export function bodyOf({ folder }: Skill): string {
  const [, , body = ''] = split(readText(folder, 'SKILL.md'))
  const beside = filesBelow(folder).filter((file) => file !== 'SKILL.md')
  const list = beside.length === 0 ? '' : `\n\nFiles of this skill, each read with \`file\`: ${beside.join(', ')}`
  return `${body.trim()}${list}`
}

/** A file of a skill as text; throws where it lies outside, is no regular file, or is too large. */
export function readText(folder: string, file: string): string {
  return readInside(folder, file, mostBytes).toString()
}

function headOf(folder: string): z.output<typeof Head> {
  const [, head] = split(readText(folder, 'SKILL.md'))
  if (head === undefined) throw new Error('SKILL.md does not begin with a head between two lines of ---.')
  const parsed = Head.safeParse(parse(head))
  if (parsed.success) return parsed.data
  throw new Error(`the head of SKILL.md does not fit.\n${z.prettifyError(parsed.error)}`)
}

function split(text: string): string[] {
  return /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---(?:\r?\n([\s\S]*))?$/.exec(text) ?? []
}

function subfolders(folder: string): string[] {
  return entries(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .sort()
}

const mostFiles = 200

function filesBelow(folder: string, below = ''): string[] {
  return entries(join(folder, below))
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      return entry.isDirectory() ? filesBelow(folder, path) : entry.isFile() ? [path] : []
    })
    .sort()
    .slice(0, mostFiles)
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
