import { type Outcome } from '../../contract/outcome.ts'
import { type Sectioning } from '../../contract/patterns/sectioning.ts'
import { attempted, loop, parallel, stage, verdictOn } from '../core/index.ts'

interface Sections {
  text: string
  sections: Record<string, string>
  failed: Record<string, string>
}

/** Has sections done side by side and puts them together; the next attempt does only those that failed. */
export async function sectioning({ input, sections, combine, models, limits }: Sectioning): Promise<Outcome<Omit<Sections, 'failed'>>> {
  const outcome = await loop<Sections>({
    limits,
    propose: async ({ best }) => {
      const names = Object.keys(sections).filter((name) => !Object.hasOwn(best?.value.sections ?? {}, name))
      const made = await parallel(
        names.map((name) => () => attempted(() => stage({ name, models, prompt: sections[name]!, previous: input }))),
        { failFast: false },
      )
      const done = { ...best?.value.sections }
      const failed: Record<string, string> = {}
      made.forEach((one, index) => ('failed' in one ? (failed[names[index]!] = one.failed) : (done[names[index]!] = one.done.text)))
      if (Object.keys(failed).length > 0) return { text: '', sections: done, failed }
      const parts = Object.keys(sections).map((name) => ({ name, text: done[name]! }))
      return { text: (await stage({ name: 'combine', models, prompt: combine, previous: parts })).text, sections: done, failed }
    },
    verify: async ({ text, failed }) =>
      verdictOn(
        text,
        Object.entries(failed).map(([name, why]) => ({ id: name, text: why })),
      ),
  })
  const { value, best, ...rest } = outcome
  if (value) return { ...rest, value: { text: value.text, sections: value.sections } }
  return { ...rest, ...(best ? { best: { ...best, value: { text: best.value.text, sections: best.value.sections } } } : {}) }
}
