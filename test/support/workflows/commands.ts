import { z } from 'zod'
import { declare } from '../../../contract/declaration.ts'
import { Limits } from '../../../contract/limits.ts'
import { type Outcome } from '../../../contract/outcome.ts'
import { Verdict } from '../../../contract/verdict.ts'
import { finish, loop, openWorkspace, type Verifier, verify } from '../../../workflows/core/index.ts'

const files = z.record(z.string(), z.string())
const Commanding = z.strictObject({
  command: z.string(),
  candidates: z.array(files),
  minutes: z.number().default(2),
  fails: z.boolean().default(false),
  with: z.enum(['all', 'any', 'alone']).default('alone'),
  limits: Limits.prefault({}),
})
const InRepository = z.strictObject({ repo: z.string(), command: z.string(), limits: Limits.prefault({}) })

export const declarations = {
  commanding: declare({
    description: 'Proposes files one after the other, and has a command say whether they are good.',
    input: Commanding,
    output: files,
    models: () => [],
    example: { command: 'node main.mjs', candidates: [{ 'main.mjs': '' }] },
  }),
  commandingInRepository: declare({
    description: 'Has a command look at a repository as it is.',
    input: InRepository,
    output: Verdict,
    models: () => [],
    example: { repo: '/repository', command: 'node main.mjs' },
  }),
}
type Files = z.output<typeof files>

export function commanding({ candidates, limits, ...input }: z.output<typeof Commanding>): Promise<Outcome<Files>> {
  const { command, minutes, fails } = input
  const runs = verify.command<Files>({ command, minutes, fails, files: (candidate) => candidate })
  const small = verify.rules<Files>({
    small: (candidate) => (Object.keys(candidate).length > 1 ? 'There is more than one file.' : undefined),
  })
  const verifiers: Record<typeof input.with, Verifier<Files>> = { all: verify.all(small, runs), any: verify.any(small, runs), alone: runs }
  return loop<Files>({ limits, propose: async ({ number }) => candidates[number - 1] ?? {}, verify: verifiers[input.with] })
}

export async function commandingInRepository({ repo, command }: z.output<typeof InRepository>): Promise<Outcome<Verdict>> {
  const workspace = await openWorkspace(repo, { test: 'node --test' })
  const verdict = await verify.command({ command, workspace })(await workspace.patch())
  return finish.accepted<Verdict>(verdict, 'The command has spoken.')
}
