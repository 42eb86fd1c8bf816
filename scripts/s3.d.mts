/** Where the S3 server of the tests is kept. */
export function s3Server(environment: Record<string, string | undefined>): string
