import { Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { listens } from './ports.ts'

/** Whether a local server answers, asked again until the time is over or `gone` says that it never will. */
export async function answersWithin(address: string, milliseconds: number, gone: () => boolean = () => false): Promise<boolean> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    if (await answers(address)) return true
    if (gone() || Date.now() > deadline) return false
    await new Promise((done) => setTimeout(done, 25))
  }
}

/** A dev server forgets closed runs after a day; ours after 90, so that a run of last week can still be looked at. */
export async function keepHistories(address: string): Promise<void> {
  await connected(address, ({ workflowService }) =>
    workflowService.updateNamespace({ namespace: 'default', config: { workflowExecutionRetentionTtl: msToTs('90 days') } }),
  )
}

/** The port is tried first: a gRPC channel that was refused once waits a second before it tries again. */
async function answers(address: string): Promise<boolean> {
  if (!(await listens(Number(address.split(':')[1])))) return false
  try {
    await connected(address, ({ workflowService }) => workflowService.describeNamespace({ namespace: 'default' }))
    return true
  } catch {
    return false
  }
}

async function connected(address: string, ask: (connection: Connection) => Promise<unknown>): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '2 seconds' })
  try {
    await ask(connection)
  } finally {
    await connection.close()
  }
}
