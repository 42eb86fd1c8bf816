import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isAlive, markOf, processMark } from '../store/live-process.ts'

const serverFile = processMark.extend({
  address: z.string(),
  uiAddress: z.string().optional(),
  /** The processes that use the server; the last of them to stop ends it. */
  users: z.array(processMark.extend({ id: z.string() })),
})

/** What `.loopwright/server.json` says of the embedded server: its process, its ports, and who uses it. */
export type ServerFile = z.infer<typeof serverFile>

/** Reads the file of a state folder; undefined when there is none, or none that can be read. */
export function readServerFile(stateFolder: string): ServerFile | undefined {
  try {
    return serverFile.parse(JSON.parse(readFileSync(pathOf(stateFolder), 'utf8')))
  } catch {
    return undefined
  }
}

/** Replaces the file as a whole. */
export function writeServerFile(stateFolder: string, content: ServerFile): void {
  const draft = `${pathOf(stateFolder)}.${process.pid}`
  writeFileSync(draft, JSON.stringify(content, null, 2))
  renameSync(draft, pathOf(stateFolder))
}

/** Adds this process to a server's users, and drops those that have died. */
export function withUser(server: ServerFile, id: string): ServerFile {
  const mark = markOf(process.pid)
  if (mark === undefined) throw new Error('This process cannot find itself.')
  return { ...server, users: [...server.users.filter(isAlive), { ...mark, id }] }
}

/** Takes one user away, and those that have died. */
export function withoutUser(server: ServerFile, id: string): ServerFile {
  return { ...server, users: server.users.filter((user) => user.id !== id && isAlive(user)) }
}

function pathOf(stateFolder: string): string {
  return join(stateFolder, 'server.json')
}
