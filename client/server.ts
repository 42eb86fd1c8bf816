import {
  Client,
  Connection,
  type DataConverter,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ServiceError,
  type WorkflowClient,
  WorkflowNotFoundError,
} from '@temporalio/client'
import { type LoadedDataConverter } from '@temporalio/common'
import { type Declaration } from '../contract/declaration.ts'
import { dataConverter } from '../store/data-converter.ts'
import { openStore } from '../store/open.ts'
import { type ArtifactStore } from '../store/store.ts'
import { findAddress } from './address.ts'
import { ClientProblem } from './problem.ts'

export interface ConnectOptions {
  /** `host:port`; otherwise TEMPORAL_ADDRESS, otherwise the embedded server of the state folder. */
  address?: string
  /** Default `default`. */
  namespace?: string
  /** Where the embedded server and the artifacts are. Default `.loopwright`. */
  stateFolder?: string
  /** `s3://bucket/prefix?region=…&endpoint=…` or a folder; otherwise LOOPWRIGHT_ARTIFACTS, otherwise a folder of the state folder. */
  artifacts?: string
  /** Where started runs go. Default `loops`. */
  taskQueue?: string
  /** The workers' converter, when they use one of their own. */
  dataConverter?: DataConverter
  /** Declarations of workflows besides Loopwright's own; inputs are checked against them before they are sent. */
  declarations?: Record<string, Declaration>
}

/** What every function of the client works with. */
export interface Server {
  address: string
  namespace: string
  taskQueue: string
  connection: Connection
  workflows: WorkflowClient
  converter: LoadedDataConverter
  store: ArtifactStore
  declarations: Record<string, Declaration>
}

/** Opens the connection; a server that is not there is one sentence. */
export async function openServer(options: ConnectOptions, own: Record<string, Declaration>): Promise<Server> {
  const { namespace = process.env['TEMPORAL_NAMESPACE'] || 'default', stateFolder = '.loopwright', taskQueue = 'loops' } = options
  const { address, from } = await findAddress(options.address, stateFolder)
  const store = openStore(options.artifacts ?? process.env['LOOPWRIGHT_ARTIFACTS'], stateFolder)
  const connection = await Connection.connect({
    address,
    connectTimeout: '3s',
    // Histories pass gRPC's usual 4 MiB.
    channelArgs: { 'grpc.max_receive_message_length': 256e6, 'grpc.max_send_message_length': 256e6 },
  }).catch((cause: unknown) => {
    throw new ClientProblem('NoServer', `no Temporal server answers at ${address} (from ${from})`, 'start one with: loopwright dev', cause)
  })
  const client = new Client({ connection, namespace, dataConverter: options.dataConverter ?? dataConverter(store) })
  return {
    address,
    namespace,
    taskQueue,
    connection,
    workflows: client.workflow,
    converter: client.options.loadedDataConverter,
    store,
    declarations: { ...own, ...options.declarations },
  }
}

/** Whether a call failed because nobody answered in time. */
export function isTimeout(error: unknown): boolean {
  return isGrpcDeadlineError(error) || (error instanceof ServiceError && isTimeout(error.cause))
}

/** Whether a call failed because the server has gone. */
export function isUnreachable(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error
  return isGrpcServiceError(cause) && cause.code === 14
}

/** Whether the server knows no such execution. */
export function isNotFound(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error
  return error instanceof WorkflowNotFoundError || (isGrpcServiceError(cause) && cause.code === 5)
}
