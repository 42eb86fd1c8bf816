export { testAndFix } from '../../../workflows/loops/test-and-fix.ts'
export { asking, declarations } from './gates.ts'
