import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import { type DeclaredInput, type WorkflowName } from '../contract/declarations.ts'
import { type z } from 'zod'
import { switchboard } from '../contract/holds.ts'
import { type Policy } from '../contract/policy/policy.ts'
import { policyFrom } from './policy/read.ts'
import { checked, newRunId } from './input.ts'
import { ClientProblem } from './problem.ts'
import { type Server } from './server.ts'

/** What a workflow is started with; workflows that are not ours take anything. */
export type InputOf<Name extends string> = Name extends WorkflowName ? DeclaredInput<Name> : unknown

export interface StartOptions {
  /** The run's id; otherwise the workflow's name and ten random characters. */
  id?: string
  /** Who asks for the run: where a gate says so, they may not answer it. */
  requester?: string
  /** Whose run it is; told to the runs that it starts, and found and held by it. */
  tenant?: string
  /** A policy that holds for this run besides those of its workers; it can only tighten them. */
  policy?: z.input<typeof Policy>
}

/** Starts a run and returns its id; an unfinished run with the same id is used instead. */
export async function start<Name extends string>(
  server: Server,
  workflow: Name,
  input: InputOf<Name>,
  { id = newRunId(workflow), requester, tenant, policy }: StartOptions = {},
): Promise<string> {
  if (id === switchboard.workflowId)
    throw new ClientProblem('InvalidInput', `the id ${id} is that of the standing holds; nothing was started`, 'take another id')
  const declaration = Object.hasOwn(server.declarations, workflow) ? server.declarations[workflow] : undefined
  if (declaration) checked(declaration.input, input, 'input', `loopwright start ${workflow} --help`)
  const added = policy && policyFrom(policy, 'that is added')
  const memo = {
    ...(requester === undefined ? {} : { requester }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(added ? { policy: added } : {}),
  }
  try {
    const handle = await server.workflows.start(workflow, {
      workflowId: id,
      taskQueue: server.taskQueue,
      args: [input],
      ...(Object.keys(memo).length === 0 ? {} : { memo }),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    })
    return handle.workflowId
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    throw new ClientProblem('RunEnded', `the run ${id} has ended already; nothing was started`, `loopwright show ${id}`, error)
  }
}
