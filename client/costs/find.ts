import type { History } from '@temporalio/common/lib/proto-utils.js'
import { type Archive, archivedHistories } from '../archive.ts'
import { histories } from '../history.ts'
import { closedRuns } from '../list.ts'
import { keptRuns } from '../resolve.ts'
import { type Server } from '../server.ts'
import { readCertificate } from '../trace/end-record.ts'
import { type Certificate } from '../trace/shapes.ts'
import { foldTrace } from '../trace/trace.ts'
import { addUp, type Costs, type CostView } from './costs.ts'
import { costOfCertificate, costOfTrace, type RunCost } from './run-cost.ts'

/** What the runs cost that ended since a time: from their closing records, and from their histories where those say more. Without a server, from what was kept. */
export async function costs(archive: Archive, server: Server | undefined, { since, by }: { since: number; by: CostView }): Promise<Costs> {
  const found: RunCost[] = []
  const certificates = await certificatesOf(archive)
  const unread: string[] = []
  const runs = new Set([...certificates.keys(), ...(await keptRuns(archive.store, '')), ...(server ? await closedRuns(server, since) : [])])
  for (const run of [...runs].sort()) {
    const certificate = certificates.get(run)
    if (certificate && certificate.endedAt < since) continue
    const known = certificate && by === 'workflow' ? costOfCertificate(certificate) : undefined
    if (known) found.push(known)
    else {
      const cost = await fromHistories(archive, server, run, by)
      if (cost === 'gone') unread.push(run)
      else if (cost && cost.endedAt >= since) found.push(cost)
    }
  }
  const notes = unread.length > 0 ? [`not counted, because their histories are gone: ${unread.length} runs, among them ${unread[0]}`] : []
  if (!server) notes.push('no server answers: only runs that were kept are counted')
  return addUp(by, found, notes)
}

async function certificatesOf(archive: Archive): Promise<Map<string, Certificate>> {
  const found = new Map<string, Certificate>()
  for (const key of await archive.store.keys('certificate/')) {
    const ref = await archive.store.resolve(key)
    const certificate = ref && (await readCertificate(archive, ref.sha256))
    if (certificate) found.set(certificate.run, certificate)
  }
  return found
}

async function fromHistories(archive: Archive, server: Server | undefined, run: string, by: CostView) {
  const read: History[] = server
    ? await histories(server, run).catch(() => archivedHistories(archive, run))
    : await archivedHistories(archive, run)
  return read.length === 0 ? ('gone' as const) : costOfTrace(by, await foldTrace(archive, run, read))
}
