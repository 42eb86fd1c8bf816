import {
  Client,
  Connection,
  type DataConverter,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ServiceError,
  type ScheduleClient,
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
import { type Security, securityOf } from './security.ts'

export interface ConnectOptions {
  /** Of `loopwright serve`: everything then goes over its HTTP API; otherwise LOOPWRIGHT_URL, unless an address is given. */
  url?: string
  /** For that API; otherwise LOOPWRIGHT_TOKEN. */
  token?: string
  /** `host:port`; otherwise TEMPORAL_ADDRESS, otherwise the embedded server of the state folder. */
  address?: string
  /** TLS and keys; otherwise what TEMPORAL_API_KEY and TEMPORAL_TLS_… say. The embedded server asks for none. */
  security?: Security
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
  schedules: ScheduleClient
  converter: LoadedDataConverter
  store: ArtifactStore
  declarations: Record<string, Declaration>
}

/** Opens the connection; a server that is not there is one sentence. */
export async function openServer(options: ConnectOptions, own: Record<string, Declaration>): Promise<Server> {
  const { namespace = process.env['TEMPORAL_NAMESPACE'] || 'default', stateFolder = '.loopwright', taskQueue = 'loops' } = options
  const { address, from, embedded } = await findAddress(options.address, stateFolder)
  const security = embedded ? {} : (options.security ?? securityOf(process.env))
  const store = openStore(options.artifacts ?? process.env['LOOPWRIGHT_ARTIFACTS'], stateFolder)
  const connection = Connection.lazy({
    address,
    ...security,
    connectTimeout: '3s',
    // Histories pass gRPC's usual 4 MiB.
    channelArgs: { 'grpc.max_receive_message_length': 256e6, 'grpc.max_send_message_length': 256e6 },
  })
  await connection.ensureConnected().catch(async (cause: unknown) => {
    await connection.close()
    throw (
      refusal(cause) ??
      new ClientProblem('NoServer', `no Temporal server answers at ${address} (from ${from})`, 'start one with: loopwright dev', cause)
    )
  })
  const client = new Client({ connection, namespace, dataConverter: options.dataConverter ?? dataConverter(store) })
  return {
    address,
    namespace,
    taskQueue,
    connection,
    workflows: client.workflow,
    schedules: client.schedule,
    converter: client.options.loadedDataConverter,
    store,
    declarations: { ...own, ...options.declarations },
  }
}

/** What a server that answers has against the caller. */
function refusal(cause: unknown): ClientProblem | undefined {
  const inner = cause instanceof ServiceError ? cause.cause : cause
  if (!isGrpcServiceError(inner) || ![7, 16].includes(inner.code)) return undefined
  return new ClientProblem(
    'NoServer',
    `the Temporal server refuses: ${inner.details}`,
    'mend TEMPORAL_API_KEY and TEMPORAL_NAMESPACE',
    cause,
  )
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

/** Whether an execution takes no message now, but may later, or its next one does: Temporal's own limit of updates, too many at once, or a task that came to nothing. */
export function isNotReady(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error
  return isGrpcServiceError(cause) && [8, 9].includes(cause.code)
}
