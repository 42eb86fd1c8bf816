/**
 * Measures `repair` on public programs with one fault each and prints the tables of docs/repair.md:
 * `npm run repair:sample -- --seed 1 --from FOLDER`, where FOLDER holds clones named as in `clones`. What each flag means is said by --help.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Dice } from './dice.ts'
import { isNoticed, judge, planted } from './judge.ts'
import { javascriptPrograms } from './javascript/programs.ts'
import { isMendable } from './mendable.ts'
import { type FaultyProgram, type WorkingProgram } from './program.ts'
import { pythonPrograms } from './python/programs.ts'
import { quixbugs } from './python/quixbugs.ts'
import { type Measured, row, summary, tableHead } from './table.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '.' },
    count: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '2' },
    half: { type: 'string', default: 'both' },
    only: { type: 'string', default: '' },
    source: { type: 'string', default: 'Python,JavaScript,TypeScript,QuixBugs' },
  },
})

const folder = (clone: string) => join(values.from, clone)

/** A program belongs to the development half or to the half held out by its name alone, whatever the seed. */
function half(name: string): 'development' | 'held out' {
  return new Dice(name).below(2) === 0 ? 'development' : 'held out'
}

async function* programs(source: string): AsyncGenerator<FaultyProgram> {
  if (source.startsWith('QuixBugs')) return yield* await quixbugs(folder('QuixBugs'))
  let left = Number(values.count)
  for await (const working of intact(source)) {
    if (left === 0) return
    if (!wanted(working.name)) continue
    const faulty = await planted(working)
    if (!faulty) continue
    left -= 1
    yield faulty
  }
}

function wanted(name: string): boolean {
  return (values.half === 'both' || half(name).startsWith(values.half)) && name.includes(values.only)
}

async function* intact(source: string): AsyncGenerator<WorkingProgram> {
  if (source === 'Python') return yield* pythonPrograms(folder('Python'), values.seed)
  if (source !== 'JavaScript' && source !== 'TypeScript') throw new Error(`No source is called ${source}.`)
  yield* new Dice(`${values.seed} ${source}`).shuffled(await javascriptPrograms(folder(source), source, values.seed))
}

const judged: Measured[] = []
console.log(tableHead)
for (const source of values.source.split(','))
  for await (const program of programs(source)) {
    if (!wanted(program.name)) continue
    if (program.kind === 'real' && !(await isNoticed(program))) {
      console.log(`| ${program.name} | ${program.kind} | left out: no shown test fails | | | |`)
      continue
    }
    const one = { ...(await judge(program, Number(values.minutes))), source, half: half(program.name), mendable: isMendable(program) }
    judged.push(one)
    console.log(row(one))
  }
console.log(`\n${summary(judged)}`)
