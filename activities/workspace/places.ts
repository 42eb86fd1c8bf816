import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { sha256 } from '../../contract/digest.ts'
import { failure } from '../failure.ts'
import { type World } from '../world.ts'
import { type GitAt } from './git.ts'

/** A working directory of a workspace and its index; `.git` is not in it. */
export interface Checkout extends GitAt {
  workTree: string
  index: string
  /** JSON list: the dependency folders that are linked in, relative to the directory. */
  links: string
}

/** The files of one workspace under the state folder. */
export interface Places {
  /** The bare git dir of our own. */
  git: GitAt
  /** What `openWorkspace` answered. */
  opened: string
  /** Held while the git dir is being made. */
  lock: string
  root: string
  checkout(name: string): Checkout
}

/** Where a workspace lives; refuses a key that is no plain file name. */
export function placesOf(world: World, key: string): Places {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(key))
    throw failure('InvalidInput', `The workspace key ${JSON.stringify(key)} is not a plain name; nothing was done.`, {
      effect: 'no',
      next: 'Use up to 200 letters, digits, `-`, `_` and `.`, not beginning with a dot.',
    })
  const root = join(resolve(world.stateFolder), 'workspaces', key)
  // What it holds is made again from artifacts, which are synced to the disk.
  const own = { gitDir: join(root, 'git'), settings: { 'core.fsync': 'none' } }
  return {
    root,
    git: own,
    opened: join(root, 'opened.json'),
    lock: join(root, 'lock'),
    checkout: (name) => ({
      ...own,
      workTree: join(root, name),
      index: join(root, `${name}.index`),
      links: join(root, `${name}.links.json`),
    }),
  }
}

/** The checkout that a folder handed out by `withCheckout` is. */
export function checkoutOf(world: World, key: string, folder: string): Checkout {
  return placesOf(world, key).checkout(basename(folder))
}

/** The dependency folders linked into a checkout: readable, never written, never committed. */
export async function linksOf({ links }: Checkout): Promise<string[]> {
  return z.array(z.string()).parse(JSON.parse(await readFile(links, 'utf8')))
}

/** Any text as one component of a ref or branch name; different texts give different names. */
export function refName(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  )
  return plain !== '' && plain.length <= 180 ? plain : `${plain.slice(0, 140)}%${sha256(text).slice(0, 24)}`
}
