/** A host that may be fetched from. One that is written with its port may lie anywhere, in one's own network too; all others only at public addresses. */
export interface AllowedHost {
  /** As URLs have it; `*.` in front stands for any name below, `*` for every host. */
  name: string
  port?: string
}

const form = /^(?:\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/

/** Reads a list such as `docs.example.com *.example.org localhost:8080`, separated by commas or spaces. Throws for what is no host. */
export function readHosts(list: string): AllowedHost[] {
  const words = list.toLowerCase().split(/[\s,]+/)
  return words
    .filter((word) => word !== '')
    .map((word) => {
      const [, name = word, port] = /^(.*?)(?::(\d+))?$/.exec(word) ?? []
      if (!form.test(word) || (name === '*' && port !== undefined))
        throw new Error(
          `LOOPWRIGHT_FETCH names ${JSON.stringify(word)}, which is no host. Write hosts such as docs.example.com, *.example.org, localhost:8080, or * for every public one.`,
        )
      return { name, ...(port === undefined ? {} : { port }) }
    })
}

/** Where a URL may lead: nowhere, to public addresses, or wherever its host does. */
export function allowance(allowed: AllowedHost[], url: URL): 'none' | 'public' | 'any' {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const name = url.hostname.toLowerCase().replace(/\.$/, '')
  const fitting = allowed.filter((host) => fits(host.name, name))
  if (fitting.some((host) => host.port === port)) return 'any'
  const usual = url.port === ''
  return usual && fitting.some((host) => host.port === undefined) ? 'public' : 'none'
}

function fits(pattern: string, name: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern
}
