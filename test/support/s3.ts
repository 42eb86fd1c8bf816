import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { runProcess } from '../../activities/process.ts'
import { s3Server } from '../../scripts/s3.mjs'
import { freePort, listens } from '../../workers/ports.ts'

const program: string = s3Server(process.env)

/** Whether the S3 server is there; `node scripts/s3.mjs` builds it. */
export const haveS3 = existsSync(program)

/** The only account of the server. */
export const account = { AWS_ACCESS_KEY_ID: 'loopwright', AWS_SECRET_ACCESS_KEY: 'the-right-secret' }

/** A real S3 server, which checks signatures, with one bucket. */
export interface S3Server {
  endpoint: string
  bucket: string
  /** The address of a store of its own within the bucket. */
  store(prefix: string): string
  /** Writes an object behind everybody's back. */
  write(name: string, content: string): void
  close(): Promise<void>
}

export async function startS3(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-s3-'))
  const bucket = 'artifacts'
  mkdirSync(join(folder, 'objects'))
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const ending = new AbortController()
  const running = runProcess([program, '--port', `127.0.0.1:${port}`, '--quiet', 'posix', join(folder, 'objects')], {
    cwd: folder,
    environment: { ROOT_ACCESS_KEY_ID: account.AWS_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY: account.AWS_SECRET_ACCESS_KEY },
    timeoutMilliseconds: 600_000,
    signal: ending.signal,
  })
  const close = async () => {
    ending.abort()
    const { output } = await running
    rmSync(folder, { recursive: true, force: true })
    return output
  }
  const dead = running.then(({ output }) => Promise.reject(new Error(`The S3 server ended: ${output.toString()}`)))
  dead.catch(() => {})
  while (!(await Promise.race([listens(port), dead]))) await new Promise((resolve) => setTimeout(resolve, 50))
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
  const credentials = { accessKeyId: account.AWS_ACCESS_KEY_ID, secretAccessKey: account.AWS_SECRET_ACCESS_KEY }
  const client = new S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return {
    endpoint,
    bucket,
    store: (prefix) => `s3://${bucket}/${prefix}?region=us-east-1&endpoint=${encodeURIComponent(endpoint)}`,
    write: (name, content) => {
      const path = join(folder, 'objects', bucket, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    },
    close: async () => void (await close()),
  }
}
