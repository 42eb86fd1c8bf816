import { type WorkflowHandle } from '@temporalio/client'
import { type Outcome } from '../../contract/outcome.ts'
import { type WorkerProcess } from './worker-process.ts'

/** A run whose workers may be killed, and who judges it. */
export interface Scenario {
  run: WorkflowHandle
  startWorker(environment: Record<string, string>): WorkerProcess
  /** What a person does meanwhile; ends when `stop` is aborted. */
  assist?(stop: AbortSignal): Promise<void>
  /** What is wrong with the finished run, by what stands outside the engine. Nothing: it was as if nobody had been killed. */
  judge(outcome: Outcome<unknown>, killedAt: string[]): Promise<string[]>
  close(): Promise<void>
}
