import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Archive } from '../../client/archive.ts'
import { foldTrace } from '../../client/trace/trace.ts'
import { type TraceOf, type TraceRecord } from '../../contract/trace.ts'
import { dataConverter } from '../../store/data-converter.ts'
import { folderStore } from '../../store/folder.ts'

const folder = fileURLToPath(new URL('../histories/', import.meta.url))

/** The records of one kind. */
export function ofKind<Kind extends TraceRecord['kind']>(records: TraceRecord[], kind: Kind): TraceOf<Kind>[] {
  return records.filter((record): record is TraceOf<Kind> => record.kind === kind)
}

/** What reads artifacts of a folder, without a server. */
export function archiveAt(artifacts: string): Archive {
  const store = folderStore(artifacts)
  return { store, converter: loadDataConverter(dataConverter(store)) }
}

/** The histories of a recorded run, oldest first. */
export function recordedHistories(name: string) {
  const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.json'))
  return files.sort().map((file) => historyFromJSON(JSON.parse(readFileSync(join(folder, name, file), 'utf8'))))
}

/** The trace of a recorded run: histories and artifacts are files, and no server is asked. */
export function recordedTrace(name: string, artifacts = join(folder, name, 'artifacts')): Promise<TraceRecord[]> {
  return foldTrace(archiveAt(artifacts), name, recordedHistories(name))
}
