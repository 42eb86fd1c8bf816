/** The system's code of a problem (`EEXIST`), if it has one. Not asked with instanceof: Node's own errors are of another realm under jest. */
export function errorCode(problem: unknown): unknown {
  return typeof problem === 'object' && problem !== null && 'code' in problem ? problem.code : undefined
}
