import { workflowInfo } from '@temporalio/workflow'
import { declarations } from '../contract/declarations.ts'
import { failure } from './core/failure.ts'

/** Runs for every name that is no workflow: otherwise Temporal would try to find one for ever. */
export function unknown(): Promise<never> {
  const { workflowType, taskQueue } = workflowInfo()
  throw failure(
    'InvalidInput',
    `There is no workflow ${workflowType} where the workers of ${taskQueue} look; there is ${Object.keys(declarations).join(', ')}.`,
    { effect: 'no', next: 'loopwright run --help' },
  )
}
