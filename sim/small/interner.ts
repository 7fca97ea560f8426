// Equal immutable values get one number, so that a state of a whole world is a few numbers, and
// every step of a shipped machine is run once for all the states that it occurs in.

const numbers = new Map<string, number>();
const numberOfObject = new WeakMap<object, number>();

/**
 * One number for all values that are equal member by member: objects, arrays, maps and octets. What
 * was once numbered must never change. Members that are undefined count as absent.
 */
export function numberOf(value: unknown): number {
  if (typeof value !== "object" || value === null) {
    return numbered(`${typeof value} ${String(value)}`);
  }
  const known = numberOfObject.get(value);
  if (known !== undefined) return known;
  const made = numbered(keyOf(value));
  numberOfObject.set(value, made);
  return made;
}

function keyOf(value: object): string {
  if (value instanceof Uint8Array) return `octets ${value.join()}`;
  if (Array.isArray(value)) return `list ${value.map(numberOf).join()}`;
  if (value instanceof Map) {
    const members = [...value].map(([key, held]) => `${numberOf(key)}:${numberOf(held)}`);
    return `map ${members.join()}`;
  }
  const members = Object.entries(value).filter(([, held]) => held !== undefined);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `object ${members.map(([name, held]) => `${name}:${numberOf(held)}`).join()}`;
}

function numbered(key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}

/** Numbers for the values of one kind, from 0 without gaps. */
export class Interner<Value> {
  readonly #values: Value[] = [];
  readonly #idOfNumber = new Map<number, number>();

  /** How many different values there were. */
  get size(): number {
    return this.#values.length;
  }

  idOf(value: Value): number {
    const number = numberOf(value);
    const known = this.#idOfNumber.get(number);
    if (known !== undefined) return known;
    const id = this.#values.push(value) - 1;
    this.#idOfNumber.set(number, id);
    return id;
  }

  /** The first value that was given this id. */
  at(id: number): Value {
    if (id < 0 || id >= this.#values.length) throw new RangeError(`no value has id ${id}`);
    return this.#values[id] as Value;
  }
}
