import { type CrashPoint, crashPoints } from '../../store/crash-point.ts'

/** A run, and where its workers are killed, one after the other. */
export interface CrashRun {
  /** A repair; one that continues as new after every step with much to carry; one whose model has a narrow window; one that only looks; one whose effect is agreed to, done and undone; or one effect of each of these tools. */
  kind: 'repair' | 'seams' | 'narrow' | 'reading' | 'agreed' | ('charge' | 'comment' | 'mail')[]
  points: CrashPoint[]
}

/** Passed only by a run that carries much from one execution to the next. */
const isLong = (point: CrashPoint) => point.includes('Artifacts')
const isReading = (point: CrashPoint) => /^activity\.(retrieve|runCommand)\./.test(point)
/** Passed only where a conversation becomes too long for its model. */
const isNarrow = (point: CrashPoint) => /compactTranscript|readEarlier/.test(point)
const isAgreed = (point: CrashPoint) => /prepareEffect|compensateEffect/.test(point)
const isEffect = (point: CrashPoint) => /[eE]ffect|^key\.claim|checkGrant/.test(point) && !isAgreed(point)
/** Passed only where a person answers whether an effect happened. */
const isGrant = (point: CrashPoint) => point.includes('checkGrant')
/** Passed only where it is in doubt whether an effect happened: somebody must have died there first. */
const settling = crashPoints.filter((point) => /fenceEffect|lookUpEffect|effect\.(fenced|found)|checkGrant/.test(point))
const acting = crashPoints.filter((point) => isEffect(point) && !settling.includes(point))
const repairing = crashPoints.filter((point) => ![isEffect, isAgreed, isReading, isNarrow].some((is) => is(point)))

/** What `npm test` does: every point once, many of them in one run. A model call that is lost is asked at most twice more, so no run has more than two points of it. */
export function quickPlan(): CrashRun[] {
  const lanes = 5
  const laneOf = (point: CrashPoint, index: number) => (isLong(point) ? lanes - 1 : index % lanes)
  const repairs = Array.from({ length: lanes }, (_, lane): CrashRun => {
    const points = repairing.filter((point, index) => laneOf(point, index) === lane)
    return { kind: lane === lanes - 1 ? 'seams' : 'repair', points }
  })
  return [
    ...repairs,
    { kind: 'narrow', points: crashPoints.filter(isNarrow) },
    { kind: ['comment', 'charge', 'mail'], points: acting.filter((point) => point !== 'effect.acted') },
    { kind: ['comment'], points: ['effect.acted', ...settling.filter((point) => !isGrant(point))] },
    { kind: ['mail'], points: ['effect.intended', 'effect.acted', ...crashPoints.filter(isGrant)] },
    { kind: 'reading', points: crashPoints.filter(isReading) },
    { kind: ['charge'], points: ['effect.acted'] },
    { kind: 'agreed', points: ['activity.performEffect.start', 'effect.acted', ...crashPoints.filter(isAgreed)] },
  ]
}

/** What `npm run chaos` does: a run of its own for every point, with one kill there, and with a second one of the worker that goes on. Effects: in each class. */
export function fullPlan(): (CrashRun & { point: CrashPoint; attempt: 'first' | 'second' })[] {
  return crashPoints.flatMap((point) => kindsOf(point).flatMap((kind) => [planned(point, kind, 'first'), planned(point, kind, 'second')]))
}

function planned(point: CrashPoint, kind: CrashRun['kind'], attempt: 'first' | 'second') {
  const times = attempt === 'first' ? [point] : [point, point]
  // Somebody must have died in the middle of the effect before there is anything to settle.
  const before: CrashPoint[] = settling.includes(point) ? ['effect.acted'] : []
  return { kind, points: [...before, ...times], point, attempt }
}

function kindsOf(point: CrashPoint): CrashRun['kind'][] {
  if (isLong(point)) return ['seams']
  if (isReading(point)) return ['reading']
  if (isNarrow(point)) return ['narrow']
  if (isAgreed(point)) return ['agreed']
  if (!isEffect(point)) return ['repair']
  // A charge is repeated with its key, and mails cannot be looked up.
  if (point === 'effect.found') return [['comment']]
  if (isGrant(point)) return [['mail']]
  if (settling.includes(point)) return [['comment'], ['mail']]
  return [['charge'], ['comment'], ['mail']]
}
