/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function took(milliseconds: number): string {
  const seconds = milliseconds / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const groups = new Set(['loop', 'baseline', 'attempt', 'turn', 'parallel', 'ask', 'try'])

/** What a step is part of, whichever attempt and turn: `fix` for `loop#1/attempt#2/fix#1/turn#7/ask#1`, `tests` for `loop#1/attempt#2/tests#1`. */
export function stageName(path: string): string {
  const names = path.split('/').map((segment) => segment.replace(/[#~].*$/, ''))
  return names.find((name) => !groups.has(name) && !/^\d+$/.test(name)) ?? 'ask'
}
