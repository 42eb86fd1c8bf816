/** A seeded source of choices: the same seed makes the same ones. */
export class Dice {
  #state: number

  constructor(seed: string) {
    this.#state = seed.split('').reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16_777_619), 2_166_136_261) >>> 0
  }

  /** A whole number from 0 below `most`. */
  below(most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most
  }

  pick<Item>(items: Item[]): Item | undefined {
    return items[this.below(Math.max(1, items.length))]
  }

  shuffled<Item>(items: Item[]): Item[] {
    return items
      .map((item) => ({ item, order: this.below(1_000_000_007) }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item)
  }
}
