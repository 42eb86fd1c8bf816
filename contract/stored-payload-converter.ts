import { type PayloadConverter } from '@temporalio/common'
import { StrictPayloadConverter } from './payload-converter.ts'

/** For values over this many bytes even the artifact store is not asked unasked: workflow code holds them in memory. */
const mostBytes = 16_777_216

/** Refuses what JSON would change silently; what is large goes by hash below it. */
export const payloadConverter: PayloadConverter = new StrictPayloadConverter(mostBytes)
