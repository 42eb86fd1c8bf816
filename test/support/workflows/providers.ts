export { testAndFix } from '../../../workflows/loops/test-and-fix.ts'
export { declarations, valuing } from './values.ts'
