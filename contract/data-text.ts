/** Longer names of a source are cut. */
const longestSource = 80

/** The most bytes that `dataText` adds to a text. */
export const markBytes = 136

/**
 * A text that somebody else wrote, as a model is given it: between marks that name where it comes from. The marks are numbered beyond every mark that the text
 * itself holds, so that nothing in it can close them.
 */
export function dataText(source: string, text: string): string {
  const from = source.replaceAll(/[^\x20-\x7e]|["<>&]/g, '?').slice(0, longestSource)
  const numbers = [...text.matchAll(/<[\s/]*data(?:-(\d{1,9}))?/gi)].map(([, number = '1']) => Number(number))
  const name = numbers.length === 0 ? 'data' : `data-${numbers.reduce((most, number) => Math.max(most, number), 1) + 1}`
  return `<${name} from="${from}">\n${text}\n</${name}>`
}
