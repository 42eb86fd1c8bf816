import { z } from 'zod'

/** What a loop does when it stops unaccepted, in this order, until something answers. */
export const Fallback = z
  .array(z.enum(['human', 'best', 'fail']))
  .min(1)
  .default(['best'])
  .describe("When the loop stops: 'human' asks a person about the best attempt, 'best' ends as stopped with it, 'fail' fails the run.")
export type Fallback = z.infer<typeof Fallback>
