import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { changeFile } from '../client/change-file.ts'
import { ClientProblem } from '../client/problem.ts'
import { hashOf, StoredToken } from './identity.ts'

const Tokens = z.strictObject({ tokens: z.array(StoredToken).max(10_000) })

const none = '{"tokens":[]}'

/** The tokens that the API knows, and how they change. */
export interface TokenBook {
  /** Read anew each time, so that a removed token is refused at once. */
  read(): Promise<StoredToken[]>
  /** Makes a token in place of the one of that name, and returns it: it is shown once and kept by its hash. */
  add(token: Omit<StoredToken, 'sha256'>): Promise<string>
  /** Whether there was one of that name. */
  remove(name: string): Promise<boolean>
}

/** From LOOPWRIGHT_TOKENS, a file or the JSON of one; otherwise from tokens.json in the state folder. */
export function openTokens(environment: Record<string, string | undefined>, stateFolder: string): TokenBook {
  const named = environment['LOOPWRIGHT_TOKENS']
  if (named?.trimStart().startsWith('{')) return fixed(named)
  return inFile(named || join(stateFolder, 'tokens.json'))
}

/** A secret that nobody guesses. */
export function newSecret(): string {
  return `lw_${randomBytes(32).toString('base64url')}`
}

function fixed(text: string): TokenBook {
  const refuse = () =>
    Promise.reject(new ClientProblem('InvalidInput', 'the tokens are fixed by LOOPWRIGHT_TOKENS; nothing was changed', 'change it there'))
  return { read: () => Promise.resolve(parsed(text, 'LOOPWRIGHT_TOKENS')), add: refuse, remove: refuse }
}

function inFile(file: string): TokenBook {
  const read = async () => {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return none
      throw new ClientProblem('NoKey', `the file of tokens ${file} cannot be read: ${error.message}`, 'mend it', error)
    })
    return parsed(text, file)
  }
  // Two commands at once change it one after the other, each what the other left.
  const change = (changed: (tokens: StoredToken[]) => StoredToken[] | undefined) =>
    changeFile(file, (text = none) => {
      const after = changed(parsed(text, file))
      return after && `${JSON.stringify({ tokens: after }, null, 2)}\n`
    })
  return {
    read,
    add: async (token) => {
      const secret = newSecret()
      const added = StoredToken.parse({ ...token, sha256: hashOf(secret) })
      await change((tokens) => [...tokens.filter(({ name }) => name !== token.name), added])
      return secret
    },
    remove: async (name) => {
      let there = false
      await change((tokens) => {
        const others = tokens.filter((token) => token.name !== name)
        there = others.length < tokens.length
        return there ? others : undefined
      })
      return there
    },
  }
}

function parsed(text: string, where: string): StoredToken[] {
  try {
    return Tokens.parse(JSON.parse(text)).tokens
  } catch (cause) {
    throw new ClientProblem(
      'NoKey',
      `the tokens in ${where} cannot be read, so nobody is let in`,
      'mend it, or remove it and make tokens with: loopwright token add',
      cause,
    )
  }
}
