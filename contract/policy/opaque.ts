/** Programs that run what their arguments say: what they do can't be told from the words. */
const shells = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'fish', 'csh', 'tcsh', 'busybox', 'cmd', 'cmd.exe', 'powershell', 'pwsh']
const wrappers = [
  ...['env', 'xargs', 'sudo', 'doas', 'su', 'nohup', 'setsid', 'timeout', 'nice', 'ionice', 'stdbuf', 'exec', 'eval', 'command', 'script'],
  ...['parallel', 'watch', 'chroot', 'unshare', 'nsenter', 'strace', 'ltrace', 'time', 'ssh', 'docker', 'podman'],
]
const interpreters = [
  'node',
  'nodejs',
  'deno',
  'bun',
  'python',
  'python2',
  'python3',
  'perl',
  'ruby',
  'php',
  'lua',
  'osascript',
  'Rscript',
  'tclsh',
]
/** Options by which an interpreter takes its program from the command line. */
const inline = ['-e', '-c', '-p', '-pe', '-ne', '-E', '-r', '--eval', '--print', 'eval', '-']
/** How a package is fetched and run at once. */
const fetchers: [string, ...string[]][] = [
  ...(['npx', 'bunx', 'pnpx', 'uvx'] as const).map((name): [string] => [name]),
  ...([
    ['npm', 'exec'],
    ['npm', 'x'],
    ['pnpm', 'dlx'],
    ['pnpm', 'exec'],
    ['yarn', 'dlx'],
    ['bun', 'x'],
    ['pipx', 'run'],
    ['uv', 'tool', 'run'],
  ] as [string, ...string[]][]),
]

/** Whether what a command does can't be told from its words: it never fits a rule that allows commands, and always one that denies them. */
export function isOpaque(argv: string[]): boolean {
  const program = baseName(argv[0] ?? '')
  const rest = argv.slice(1)
  if (wrappers.includes(program)) return true
  if (shells.includes(program)) return true
  if (interpreters.includes(program.replace(/[\d.]+$/, '')) || interpreters.includes(program)) return rest.some((word) => isInline(word))
  if (program === 'find') return rest.some((word) => ['-exec', '-execdir', '-ok', '-okdir'].includes(word))
  if (program === 'git') return rest.some((word) => word === '-c' || word.startsWith('--exec-path') || word.startsWith('--config-env'))
  return isUnpinned(program, rest)
}

function isInline(word: string): boolean {
  return inline.includes(word) || ['--eval=', '--print='].some((option) => word.startsWith(option)) || /^-[ecpr]./.test(word)
}

/** A package that is fetched by its name alone is another one tomorrow. */
function isUnpinned(program: string, rest: string[]): boolean {
  const fetcher = fetchers.find(([name, ...words]) => name === program && words.every((word, index) => rest[index] === word))
  if (!fetcher) return false
  const words = rest.slice(fetcher.length - 1).filter((word) => !['-y', '--yes', '--'].includes(word))
  const [wanted = ''] = words
  // Other options choose another package, or a command line of their own.
  return wanted.startsWith('-') || !/.@\d+\.\d+\.\d+[\w.+-]*$/.test(wanted)
}

/** The program without its folder, as the system finds it. */
export function baseName(program: string): string {
  return program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1)
}
