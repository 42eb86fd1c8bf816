import { ToolRefused } from './tool.ts'

/** What the file system says that a model can mend by another path. */
const problems: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'has a part that is not a folder',
  EISDIR: 'is a folder',
  EACCES: 'may not be used',
  EPERM: 'may not be used',
  ELOOP: 'is a link that goes round in a circle',
  ENAMETOOLONG: 'has too long a name',
  ENXIO: 'is not a regular file',
  EINVAL: 'is not a name that the file system takes',
}

/** A file system error about the path that a tool was given, in words for the model; undefined for every other error. */
export function fileProblem(error: unknown, path: unknown): ToolRefused | undefined {
  if (typeof path !== 'string' || typeof error !== 'object' || error === null || !('code' in error)) return undefined
  const problem = typeof error.code === 'string' ? problems[error.code] : undefined
  return problem === undefined ? undefined : new ToolRefused(`${path} ${problem}.`)
}
