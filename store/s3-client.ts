import type * as S3 from '@aws-sdk/client-s3'
import { StoreProblem } from './problem.ts'

/** A bucket, and where in it the artifacts are. */
export interface S3Place {
  bucket: string
  /** Without slashes at its ends; may be empty. */
  prefix: string
  /** Default: AWS_REGION, then us-east-1. */
  region?: string
  /** Of a server other than Amazon's. */
  endpoint?: string
}

/** An S3 client of one bucket that says in words what is wrong with the bucket, the keys or the way there. */
export interface S3Bucket {
  /** The object's bytes, or undefined. */
  read(name: string): Promise<Uint8Array | undefined>
  write(name: string, content: Uint8Array, sha256: string): Promise<void>
  /** Writes the object unless it is there, or somebody is just writing it; says whether it did. */
  create(name: string, content: Uint8Array, sha256: string): Promise<boolean>
  remove(name: string): Promise<void>
  /** The names that begin so, however many there are. */
  names(prefix: string): Promise<string[]>
}

/** The bucket; the AWS client, an optional dependency, is loaded at the first use. Credentials come from where that client looks for them. */
export function s3Bucket(place: S3Place): S3Bucket {
  let loading: Promise<Loaded> | undefined
  const Bucket = place.bucket
  const root = place.prefix === '' ? '' : `${place.prefix}/`
  const using = async <T>(call: (loaded: Loaded) => Promise<T>): Promise<T> => {
    try {
      return await call(await (loading ??= load(place)))
    } catch (error) {
      throw inWords(place, error)
    }
  }
  const put = (name: string, content: Uint8Array, sha256: string, only: { IfNoneMatch?: string }) =>
    using(async ({ s3, client }) => {
      const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64')
      await client.send(new s3.PutObjectCommand({ Bucket, Key: root + name, Body: content, ChecksumSHA256, ...only }))
    })
  return {
    read: (name) =>
      using(async ({ s3, client }) => {
        try {
          const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key: root + name }))
          return await Body?.transformToByteArray()
        } catch (error) {
          if (nameOf(error) === 'NoSuchKey') return undefined
          throw error
        }
      }),
    write: (name, content, sha256) => put(name, content, sha256, {}),
    create: (name, content, sha256) =>
      put(name, content, sha256, { IfNoneMatch: '*' }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof StoreProblem && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(nameOf(error.cause)))
            return false
          throw error
        },
      ),
    remove: (name) =>
      using(async ({ s3, client }) => {
        await client.send(new s3.DeleteObjectCommand({ Bucket, Key: root + name }))
      }),
    names: (prefix) =>
      using(async ({ s3, client }) => {
        const names: string[] = []
        for await (const { Contents } of s3.paginateListObjectsV2({ client }, { Bucket, Prefix: root + prefix }))
          for (const { Key } of Contents ?? []) if (Key !== undefined) names.push(Key.slice(root.length))
        return names
      }),
  }
}

interface Loaded {
  s3: typeof S3
  client: S3.S3Client
}

async function load({ region, endpoint }: S3Place): Promise<Loaded> {
  // Eight lines on standard error in every process; which Node is right is for this package to say.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({
    region: region ?? process.env['AWS_REGION'] ?? 'us-east-1',
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 4,
    // Every read is checked against its hash here, every write by the server; more than that not every server understands.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  })
  return { s3, client }
}

const unknownKey: Remedy = ['the server does not know the access key', 'mend AWS_ACCESS_KEY_ID']

type Remedy = [problem: string, next: string]

const remedies: Record<string, Remedy> = {
  NoSuchBucket: ['there is no such bucket', 'make the bucket, or mend LOOPWRIGHT_ARTIFACTS'],
  InvalidAccessKeyId: unknownKey,
  // As versitygw says it.
  XAdminUserNotFound: unknownKey,
  SignatureDoesNotMatch: ['the secret does not belong to the access key', 'mend AWS_SECRET_ACCESS_KEY'],
  ExpiredToken: ['the credentials have expired', 'fetch new ones and start again'],
  AccessDenied: ['the access key may not do this', 'allow it s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket'],
  CredentialsProviderError: ['there are no credentials', 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
  PermanentRedirect: ['the bucket is in another region', 'name its region: s3://…?region=…'],
  ERR_MODULE_NOT_FOUND: ['the package @aws-sdk/client-s3 is not installed', 'npm install @aws-sdk/client-s3'],
}

function inWords({ bucket, prefix, endpoint }: S3Place, error: unknown): unknown {
  const place = `the artifact store s3://${bucket}/${prefix}${endpoint === undefined ? '' : ` at ${endpoint}`}`
  const name = nameOf(error)
  const [problem, next] = remedies[name] ?? [
    `${name}: ${error instanceof Error ? error.message : String(error)}`,
    'look whether the server answers, and try again',
  ]
  return new StoreProblem(`${place} cannot be used: ${problem}`, next, error)
}

/** The service's name for the problem, or the system's code of it. */
function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Unknown'
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  return 'name' in error ? String(error.name) : 'Unknown'
}
