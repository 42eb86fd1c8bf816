import { onPath } from './places.mjs'

const oldest = [20, 19]

const programs = {
  git: 'Install git (on Debian: apt-get install git) and run it again.',
  python3: 'Install Python 3 with pip (on Debian: apt-get install python3-pip) and run it again.',
}

/** What is missing on this machine that set-up does not install, each with what to do. */
export function missingRequirements(environment, nodeVersion = process.versions.node) {
  const [major, minor] = nodeVersion.split('.').map(Number)
  const old = major < oldest[0] || (major === oldest[0] && minor < oldest[1])
  const missing = Object.keys(programs).filter((name) => onPath(name, environment) === undefined)
  return [
    ...(old
      ? [
          `Node ${nodeVersion} is too old: Loopwright needs Node ${oldest.join('.')} or newer. Install it from https://nodejs.org and run it again.`,
        ]
      : []),
    ...missing.map((name) => `${name} is not on PATH. ${programs[name]}`),
  ]
}
