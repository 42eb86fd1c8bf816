export { declarations } from '../contract/declarations.ts'
export { testAndFix } from './loops/test-and-fix.ts'
export { unknown as default } from './unknown.ts'
