import { delimiter, join, resolve } from 'node:path'
import { z } from 'zod'
import { defineTool, EffectRefused, type ServedTool } from '../effects/tool.ts'
import { bodyOf, readSkills, readText, type Skill } from './catalogue.ts'

/** Folders of skills: those that LOOPWRIGHT_SKILLS names, separated as in PATH, else `skills` in the state folder. */
export function skillFolders({
  stateFolder,
  environment,
}: {
  stateFolder: string
  environment: Record<string, string | undefined>
}): string[] {
  const named = environment['LOOPWRIGHT_SKILLS']?.trim()
  return named ? named.split(delimiter).map((folder) => resolve(folder)) : [join(stateFolder, 'skills')]
}

/** The tool `skill`: its description is the catalogue, a call brings a skill's text, another a file of it. Absent where there are no skills. */
export function skillTool(folders: string[]): { tools: ServedTool[]; problems: string[] } {
  const { skills, problems } = readSkills(folders)
  if (skills.size === 0) return { tools: [], problems }
  const catalogue = [...skills.values()].map(({ name, description }) => `- ${name}: ${description}`).join('\n')
  const tool = defineTool({
    name: 'skill',
    description: `Instructions for special work; read the one that fits before you begin.\n${catalogue}`,
    arguments: z.strictObject({
      name: z.string().describe('Of the skill.'),
      file: z.string().optional().describe('A file of the skill. Default: its instructions.'),
    }),
    class: 'read',
    minutes: 0.5,
    perform: async ({ name, file }) => text(skills, name, file),
  })
  return { tools: [tool], problems }
}

function text(skills: Map<string, Skill>, name: string, file: string | undefined): string {
  const skill = skills.get(name)
  if (!skill) throw new EffectRefused(`There is no skill ${name}; there are ${[...skills.keys()].join(', ')}.`)
  try {
    return file === undefined ? bodyOf(skill) : readText(skill.folder, file)
  } catch {
    throw new EffectRefused(`The skill ${name} has no readable file ${file ?? 'SKILL.md'}.`)
  }
}
