/** For `catch`: turns "no such file or folder" into a value; every other error stays one. */
export function ifAbsent<T>(value: T): (error: unknown) => T {
  return (error) => {
    // Not `instanceof Error`: in a test's own context the file system's errors are of another one.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return value
    throw error
  }
}
