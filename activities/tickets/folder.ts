import { readdirSync, statSync } from 'node:fs'
import { extname, join, parse } from 'node:path'
import { Ticket, type WaitingTickets } from '../../contract/office/tickets.ts'
import { z } from 'zod'
import { readRegular } from '../regular-file.ts'

/** So many tickets, and characters of them, are read at once; the others wait. */
const most = 100
const mostCharacters = 150_000
const mostBytes = 64 * 1024

/** The tickets of a folder, oldest first: files of JSON, or of Markdown whose first line is the subject. What is none is named. */
export function ticketsIn(folder: string): WaitingTickets {
  const files = readdirSync(folder)
    .filter((name) => ['.json', '.md'].includes(extname(name)))
    .map((name) => ({ name, at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
  const filed = new Set(names(filedFolder(folder)))
  const found: WaitingTickets = { waiting: [], bad: [], filed: [], unread: 0 }
  let characters = 0
  for (const { name, at } of files) {
    if (found.waiting.length === most || characters > mostCharacters) {
      found.unread++
      continue
    }
    const read = ticketOf(folder, name, at)
    if ('why' in read) found.bad.push(read)
    else if (filed.has(`${read.id}.md`)) found.filed.push(read.id)
    else if (found.waiting.some(({ id }) => id === read.id)) found.bad.push({ file: name, why: `another file is the ticket ${read.id}` })
    else {
      found.waiting.push(read)
      characters += JSON.stringify(read).length
    }
  }
  return found
}

/** Where what became of tickets is filed. */
export function filedFolder(folder: string): string {
  return join(folder, 'filed')
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Nothing has been filed yet.
    return []
  }
}

function ticketOf(folder: string, file: string, at: number): Ticket | WaitingTickets['bad'][number] {
  let text: string
  try {
    text = readRegular(join(folder, file), mostBytes).toString('utf8')
  } catch (error) {
    return { file, why: error instanceof Error ? error.message : String(error) }
  }
  const { name, ext } = parse(file)
  const given = ext === '.md' ? markdown(text) : json(text)
  if (given === undefined) return { file, why: 'it is not a JSON object' }
  const parsed = Ticket.safeParse({ id: name, receivedAt: new Date(at).toISOString(), ...given })
  return parsed.success ? parsed.data : { file, why: z.prettifyError(parsed.error).replaceAll('\n', ' ') }
}

function markdown(text: string): object {
  const [subject = '', ...rest] = text.trim().split('\n')
  return { subject: subject.replace(/^#+\s*/, ''), text: rest.join('\n').trim() }
}

function json(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
