/** The element of an id, which the page has. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind
}

/** Says something, as text whatever it holds; what is said already stays as it is, so that nobody hears it twice. */
export function text(element: Element, said: string): void {
  if (element.textContent !== said) element.textContent = said
}

/** A new element with text, or others, in it. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...inside)
  return element
}

/** `4 s`, `3 min`, `2 h`, `3 d`. */
export function ago(since: number): string {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`
}

/** Keeps one element for each key, in the order of the keys: what a person has typed or opened stays. */
export function keep<Item>(
  parent: Element,
  items: Item[],
  keyOf: (item: Item) => string,
  create: (item: Item) => HTMLElement,
  update: (element: HTMLElement, item: Item) => void,
): void {
  const known = new Map([...parent.children].map((child) => [child.getAttribute('data-key') ?? '', child as HTMLElement]))
  for (const [index, item] of items.entries()) {
    const key = keyOf(item)
    const element = known.get(key) ?? create(item)
    known.delete(key)
    element.setAttribute('data-key', key)
    // An element that is moved loses the focus: only what is out of its place is.
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null)
    update(element, item)
  }
  for (const gone of known.values()) gone.remove()
}
