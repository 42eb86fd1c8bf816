import { type Command } from 'commander'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Script } from 'node:vm'
import { declarations } from '../../contract/declarations.ts'
import { shellWord } from '../../client/why/words.ts'
import { packageFolder } from '../package.ts'
import { createPrinter } from '../printer.ts'
import { globalOptions } from '../session.ts'
import { exitCodes, UsageProblem } from '../usage.ts'

/** What the name stands for in the files that are copied. */
const placeholder = /\bownLoop\b/g

/** `new NAME`: a loop of one's own, to be changed: workflow and declaration, test, scripted model, example input. */
export function addNew(program: Command): void {
  program
    .command('new')
    .description(
      "Makes a folder with a loop of one's own, to be changed: workflow and declaration, its test, a scripted model, an example input.",
    )
    .argument('<name>', 'the name that the workflow is started by, which is the name of its function and of the folder')
    .action(async (name: string, _options: unknown, command: Command) => {
      const printer = createPrinter(globalOptions(command).json)
      const files = await scaffold(name, process.cwd())
      const test = `node --test ${join(name, 'workflow.test.mjs')}`
      const missing = isInstalled(process.cwd()) ? [] : [`Loopwright is not installed here: npm install ${shellWord(packageFolder())}`]
      const run = `loopwright dev --workflows ${join(name, 'workflow.ts')}, and beside it: loopwright run ${name} --input-file ${join(name, 'example.json')}`
      const next = missing.length > 0 ? `npm install ${shellWord(packageFolder())}` : test
      const lines = [...files.map((file) => `  ${file}`), ...missing, `its test, without a key: ${test}`, `with a key: ${run}`]
      printer.print(
        { kind: 'made', name, files, test, next },
        [`${name} is made:`, ...lines, `${printer.colors.bold('Next:')} ${next}`].join('\n'),
      )
      process.exitCode = exitCodes.accepted
    })
}

/** Copies the loop of examples/own-loop under a name; nothing that is there is written over. */
async function scaffold(name: string, folder: string): Promise<string[]> {
  const source = join(packageFolder(), 'examples', 'own-loop')
  const files = await readdir(source)
  const texts = new Map<string, string>()
  for (const file of files) texts.set(file, await readFile(join(source, file), 'utf8'))
  refuse(name, [...texts.values()].join('\n'))
  const target = join(folder, name)
  await mkdir(target).catch((error: unknown) => {
    if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'EEXIST') throw error
    throw new UsageProblem(`there is already something at ${name}; nothing was written`, 'choose another name')
  })
  for (const [file, text] of texts) await writeFile(join(target, file), text.replaceAll(placeholder, name), { flag: 'wx' })
  return files.map((file) => join(name, file))
}

function refuse(name: string, text: string): void {
  const why = !isIdentifier(name)
    ? 'a workflow is named like a function: letters and digits, beginning with a small letter'
    : Object.hasOwn(declarations, name)
      ? 'a workflow of that name ships with Loopwright'
      : new RegExp(`\\b${name}\\b`).test(text)
        ? 'that word has a meaning of its own in the file that would be made'
        : undefined
  if (why !== undefined)
    throw new UsageProblem(`${name} cannot be its name: ${why}`, 'choose another name, for example: loopwright new tidyHeadline')
}

function isIdentifier(name: string): boolean {
  if (!/^[a-z][A-Za-z0-9]{0,60}$/.test(name)) return false
  try {
    // Compiled only, to know the words that the language keeps for itself.
    void new Script(`'use strict'; let ${name}`)
    return name !== 'await'
  } catch {
    return false
  }
}

/** Whether Node finds the package from a folder: installed there or above, or the folder is in the package itself. */
function isInstalled(folder: string): boolean {
  const from = resolve(folder)
  if (from === resolve(packageFolder()) || existsSync(join(from, 'node_modules', 'loopwright', 'package.json'))) return true
  return dirname(from) !== from && isInstalled(dirname(from))
}
