import { declarations as asked } from './gates.ts'
import { declarations as called } from './policies.ts'

export { testAndFix } from '../../../workflows/loops/test-and-fix.ts'
export { asking } from './gates.ts'
export { calls } from './policies.ts'
export const declarations = { ...asked, ...called }
