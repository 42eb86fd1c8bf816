/** The declarations of the worker's workflows file merged with Loopwright's own; the plugin's bundler hook says where it is. */
declare module 'loopwright-declarations' {
  import { type Declaration } from '../contract/declaration.ts'
  export const declarations: Record<string, Declaration>
}

/** The workflows file that the worker was given. */
declare module 'loopwright-workflows' {}
