import * as workflows from 'loopwright-workflows'
import { type Declaration } from '../../contract/declaration.ts'
import { declarations as own } from '../../contract/declarations.ts'

/** What `loopwright-declarations` is in a bundle: our declarations and those of the worker's workflows file. */
export const declarations: Record<string, Declaration> = {
  ...own,
  ...(workflows as { declarations?: Record<string, Declaration> }).declarations,
}
