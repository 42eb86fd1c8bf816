import { loadClientConnectConfig } from '@temporalio/envconfig'
import { ClientProblem } from './problem.ts'

/** What a cluster asks of whoever connects; nothing for a server that asks nothing. Workers take the same. */
export interface Security {
  tls?: NonNullable<ReturnType<typeof loadClientConnectConfig>['connectionOptions']['tls']>
  apiKey?: string
  metadata?: Record<string, string>
}

/**
 * From the variables that Temporal's own tools read: TEMPORAL_API_KEY, TEMPORAL_TLS, TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH,
 * TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME … Their profile files are not read.
 */
export function securityOf(environment: Record<string, string | undefined>): Security {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  )
  try {
    const { tls, apiKey, metadata } = loadClientConnectConfig({ disableFile: true, overrideEnvVars }).connectionOptions
    return {
      ...(tls ? { tls } : {}),
      ...(apiKey ? { apiKey } : {}),
      ...(metadata && Object.keys(metadata).length > 0
        ? { metadata: Object.fromEntries(Object.entries(metadata).map(([k, v]) => [k, String(v)])) }
        : {}),
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new ClientProblem('NoServer', `what TEMPORAL_TLS_… names cannot be used: ${message}`, 'mend these variables', cause)
  }
}
