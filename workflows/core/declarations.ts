import * as workflows from 'loopwright-workflows'
import { type Declaration } from '../../contract/declaration.ts'
import { declarations as own } from '../../contract/declarations.ts'

/** A file without them is somebody's own: read by name, because the bundler refuses a member that is not there. */
const theirs: unknown = Reflect.get(workflows, 'declarations')

/** What `loopwright-declarations` is in a bundle: our declarations and those of the worker's workflows file. */
export const declarations: Record<string, Declaration> = {
  ...own,
  ...(theirs as Record<string, Declaration> | undefined),
}
