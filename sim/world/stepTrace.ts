/** Steps that make one order: who did what after whom. */
const ORDER_LENGTH = 4;
const ORDER_MASK = 0x3fffffff;

/**
 * What a world did, as numbers: a digest of everything in its order, to compare two runs of one
 * seed; and the orders of steps that came up, to count how many different ones were seen.
 */
export class StepTrace {
  readonly orders = new Set<number>();
  /** By process, then by kind of step. */
  readonly #codes = new Map<string, Map<string, number>>();
  /** Codes of the steps before, oldest first. */
  #third = 0;
  #second = 0;
  #first = 0;
  #seen = 0;
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
    const code = this.#codeOf(process, what);
    this.mix(code ^ Math.floor(atMs * 16));
    // Idle rounds come up in every order there is, and mean nothing.
    if (what === "wake") return;
    const older = Math.imul(Math.imul(this.#third, 31) + this.#second, 31) + this.#first;
    this.#third = this.#second;
    this.#second = this.#first;
    this.#first = code;
    this.#seen += 1;
    // Above 30 bits a number is an object of its own to V8.
    if (this.#seen >= ORDER_LENGTH) this.orders.add((Math.imul(older, 31) + code) & ORDER_MASK);
  }

  #codeOf(process: string, what: string): number {
    let codes = this.#codes.get(process);
    if (codes === undefined) {
      codes = new Map();
      this.#codes.set(process, codes);
    }
    let code = codes.get(what);
    if (code === undefined) {
      code = hashText(`${process} ${what}`);
      codes.set(what, code);
    }
    return code;
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
