/** What a token may do. Besides these it may carry roles of one's own, which gates ask for. */
export const apiRoles = {
  viewer: 'sees runs, questions and everything that is kept of them',
  approver: 'also answers questions',
  operator: 'also starts, steers, pauses and stops runs',
  admin: 'all of it; also kills runs and makes and removes schedules',
} as const
export type ApiRole = keyof typeof apiRoles

/** Whoever may look. */
export const look: ApiRole[] = ['viewer', 'approver', 'operator', 'admin']
/** Whoever may answer gates; running something is no reason to approve it. */
export const decides: ApiRole[] = ['approver', 'admin']
/** Whoever may start and steer. */
export const operates: ApiRole[] = ['operator', 'admin']
/** Whoever may do what cannot be taken back. */
export const administers: ApiRole[] = ['admin']
