import { make } from './draw.ts'
import { type Question } from './questions.ts'

/** Where a person gives what a yes must bring along. */
export interface ValueField {
  elements: HTMLElement[]
  /** What was given; a form that is no JSON is said. */
  read(): unknown
}

/** The field for what a question asks for, with its label. */
export function valueField({ kind, show, options = [], many, schema }: Question, id: string): ValueField {
  if (kind === 'confirm') return { elements: [], read: () => undefined }
  if (kind === 'select') return many ? boxes(options, id) : choice(options, id)
  if (kind === 'input') {
    const input = make('input', { id, type: 'text' })
    return { elements: [make('label', { for: id }, 'Your text'), input], read: () => input.value }
  }
  const area = make('textarea', { id, rows: '6' })
  if (kind === 'editor') {
    area.value = typeof show === 'string' ? show : JSON.stringify(show, null, 2)
    return { elements: [make('label', { for: id }, 'The text, to be edited'), area], read: () => area.value }
  }
  area.value = JSON.stringify(blank(schema), null, 2)
  const asked = make('details', {}, make('summary', {}, 'What the form must hold'), make('pre', {}, JSON.stringify(schema, null, 2)))
  return { elements: [make('label', { for: id }, 'The form, as JSON'), area, asked], read: () => parsed(area.value) }
}

function choice(options: string[], id: string): ValueField {
  const select = make('select', { id }, ...options.map((option) => make('option', { value: option }, option)))
  return { elements: [make('label', { for: id }, 'Your choice'), select], read: () => select.value }
}

function boxes(options: string[], id: string): ValueField {
  const all = options.map((option, index) => make('input', { type: 'checkbox', id: `${id}-${index}`, value: option }))
  const labels = all.map((box) => make('label', { for: box.id }, box, ` ${box.value}`))
  const group = make('fieldset', {}, make('legend', {}, 'Your choice, one or several'), ...labels)
  return { elements: [group], read: () => all.filter(({ checked }) => checked).map(({ value }) => value) }
}

/** The fields of a form, still empty. */
function blank(schema: object | undefined): object {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, unknown> }
  return Object.fromEntries(Object.keys(properties).map((name) => [name, null]))
}

function parsed(typed: string): unknown {
  try {
    return JSON.parse(typed)
  } catch {
    throw new Error('the form is not JSON')
  }
}
