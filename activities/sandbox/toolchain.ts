import { accessSync, constants, existsSync, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path'
import { isInside } from '../workspace/inside.ts'

/** What stands in the sandbox's root besides `/usr`: paths that are bound read-only at their own place, and links. */
export interface Toolchain {
  readable: string[]
  links: { at: string; to: string }[]
}

/** Always looked for; a command's own program comes on top. */
const programs = ['node', 'npm', 'python3', 'python']
/** Of a prefix such as ~/.local only these: `share` and the rest may hold keys. */
const prefixParts = ['bin', 'lib', 'lib64', 'libexec', 'include']
const rootFolders = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']
/** What programs read of the system's settings; nothing that names accounts' secrets, keys or hosts. */
const settings = [
  '/etc/alternatives',
  '/etc/ssl',
  '/etc/ca-certificates',
  '/etc/pki/tls',
  '/etc/passwd',
  '/etc/group',
  '/etc/nsswitch.conf',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/timezone',
  '/etc/os-release',
  '/etc/services',
  '/etc/protocols',
  '/etc/mime.types',
  '/etc/java',
  '/nix/store',
]

/** The system's own programs and libraries. */
export function systemFolders(): Toolchain {
  const roots = rootFolders.map((name) => `/${name}`).filter((path) => existsSync(path))
  const linked = roots.filter((path) => lstatSync(path).isSymbolicLink())
  return {
    readable: ['/usr', ...roots.filter((path) => !linked.includes(path)), ...settings.filter((path) => existsSync(path))],
    links: linked.map((at) => ({ at, to: readlinkSync(at) })),
  }
}

/** Where the programs on a PATH really live, as far as that is not below `/usr`: Node's prefix, Python's, and that of the command. */
export function toolchainOf(path: string, command: string): Toolchain {
  const found: Toolchain = { readable: [], links: [] }
  for (const name of new Set([...programs, command])) {
    const place = name.includes('/') ? name : onPath(name, path)
    if (place !== undefined && isAbsolute(place)) addProgram(found, place)
  }
  addProgram(found, process.execPath)
  return found
}

/** The folders that a program needs: those of its prefix, or the whole of a version manager's folder that its shim stands in. */
export function prefixOf(program: string): string[] {
  const folder = dirname(program)
  const prefix = dirname(folder)
  if (basename(folder) === 'shims') return isInside(prefix, homedir()) ? [folder] : [prefix]
  return prefixParts.map((part) => join(prefix, part)).filter((path) => existsSync(path))
}

function addProgram(found: Toolchain, place: string): void {
  if (isSystem(place) || !isProgram(place)) return
  const real = realpathSync(place)
  if (!isSystem(real)) found.readable.push(...prefixOf(real).filter((path) => !isSystem(path) && !found.readable.includes(path)))
  const seen = [...found.readable, ...found.links.map(({ at }) => at)].some((path) => isInside(path, place))
  if (!seen) found.links.push({ at: place, to: real })
}

/** The first program of that name on a PATH. */
export function onPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find(isProgram)
}

function isSystem(path: string): boolean {
  return ['/usr', ...rootFolders.map((name) => `/${name}`)].some((folder) => isInside(folder, path))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
