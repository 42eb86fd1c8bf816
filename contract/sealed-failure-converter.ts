import { DefaultFailureConverter, type FailureConverter } from '@temporalio/common'

/** Where encryption is on: messages and stacks of failures are payloads, too, so that they are encrypted with the others. */
export const failureConverter: FailureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true })
