/** Steps that make one order: who did what after whom. */
const ORDER_LENGTH = 4;

/**
 * What a world did, as numbers: a digest of everything in its order, to compare two runs of one
 * seed; and the orders of steps that came up, to count how many different ones were seen.
 */
export class StepTrace {
  readonly orders = new Set<number>();
  readonly #codes = new Map<string, number>();
  readonly #window: number[] = [];
  #count = 0;
  #left = 0x811c9dc5;
  #right = 0x9e3779b9;

  /** Steps so far. */
  get count(): number {
    return this.#count;
  }

  /** Equal for equal histories. */
  get digest(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
    return `${hex(this.#left)}${hex(this.#right)}`;
  }

  step(atMs: number, process: string, what: string): void {
    this.#count += 1;
    const key = `${process} ${what}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = hashText(key);
      this.#codes.set(key, code);
    }
    this.mix(code ^ Math.floor(atMs * 16));
    // Idle rounds come up in every order there is, and mean nothing.
    if (what === "wake") return;
    this.#window.push(code);
    if (this.#window.length > ORDER_LENGTH) this.#window.shift();
    if (this.#window.length < ORDER_LENGTH) return;
    let order = 0;
    for (const one of this.#window) order = (Math.imul(order, 31) + one) | 0;
    this.orders.add(order);
  }

  /** Anything else that two equal runs must have in common. */
  mix(word: number): void {
    this.#left = Math.imul(this.#left ^ word, 0x01000193);
    this.#right = (Math.imul(this.#right, 0x85ebca6b) + (word ^ (this.#left >>> 7))) | 0;
  }
}

/** FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
