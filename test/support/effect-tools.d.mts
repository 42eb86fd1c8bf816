import { type EffectRefused, type OwnTool } from '../../activities/effects/tool.ts'

/** One tool of each class that talks to the recorder at RECORDER_URL. */
export function effectTools(Refused: typeof EffectRefused, minutes?: number): OwnTool[]
