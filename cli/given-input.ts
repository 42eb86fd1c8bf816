import { readFile } from 'node:fs/promises'
import { isRecord } from './options.ts'
import { UsageProblem } from './usage.ts'

/** An input as it is typed: JSON, or a file with it. */
export interface GivenInput {
  input?: unknown
  inputFile?: unknown
}

/** The input of `--input` or `--input-file`; empty without either. */
export async function givenInput({ input, inputFile }: GivenInput): Promise<Record<string, unknown>> {
  const remedy = 'give an object, for example --input \'{"repo":"/path","test":"npm test"}\''
  if (typeof inputFile === 'string') {
    const text = await readFile(inputFile, 'utf8').catch(() => {
      throw new UsageProblem(`the input file ${inputFile} cannot be read`, 'check its path')
    })
    return readObject(text, `the input file ${inputFile} is not a JSON object`, remedy)
  }
  return typeof input === 'string' ? readObject(input, '--input is not a JSON object', remedy) : {}
}

function readObject(text: string, problem: string, remedy: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // Said below, in one sentence.
  }
  throw new UsageProblem(problem, remedy)
}
