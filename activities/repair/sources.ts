import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { editableFiles } from './editable.ts'

const largestFileBytes = 300_000

/** The texts of the files that may be edited; very large ones are left out. */
export async function readSources(folder: string): Promise<Map<string, string>> {
  const files = await editableFiles(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return new Map(files.map((file, index) => [file, texts[index] ?? ''] as const).filter(([, text]) => text.length <= largestFileBytes))
}
