/** Where facts are kept; a prefix of every key of one. */
export const factPrefix = 'fact/'

/** The prefix of the facts that may be recalled by one run, one workflow of a tenant, or one tenant. Names may hold any character. */
export function factsOf(scope: string, of: string, tenant = ''): string {
  return `${factPrefix}${[scope, tenant, of].map((part) => encodeURIComponent(part)).join('/')}/`
}
