import { type Archive } from '../archive.ts'
import { keptRuns } from '../resolve.ts'
import { readCertificate } from '../trace/end-record.ts'

/** The kept runs that ended last, the newest first; those without a closing record count as the oldest. */
export async function lastRuns(archive: Archive, last: number): Promise<string[]> {
  const runs = await Promise.all(
    (await keptRuns(archive.store, '')).map(async (run) => {
      const ref = await archive.store.resolve(`certificate/${run}`)
      const certificate = ref && (await readCertificate(archive, ref.sha256))
      return { run, endedAt: certificate?.endedAt ?? 0 }
    }),
  )
  return runs
    .sort((a, b) => b.endedAt - a.endedAt)
    .slice(0, last)
    .map(({ run }) => run)
}
