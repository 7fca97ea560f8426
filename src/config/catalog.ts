import { type Findings, type Place, within } from "./findings.ts";
import type { Item, Section } from "./sections.ts";
import { suggestion } from "./suggest.ts";

/** The parts of one list by id: finds what others refer to, and refuses an id used twice. */
export class Catalog<Part> {
  readonly #what: string;
  readonly #parts = new Map<string, { readonly part: Part; readonly place: Place }>();
  readonly #broken: Set<string>;
  readonly #used = new Set<string>();

  /** `what` is the singular for people, such as `target`. */
  constructor(what: string, brokenIds: ReadonlySet<string>) {
    this.#what = what;
    this.#broken = new Set(brokenIds);
  }

  /** All parts, in the order in which they stand. */
  get parts(): readonly Part[] {
    return [...this.#parts.values()].map(({ part }) => part);
  }

  get ids(): Iterable<string> {
    return this.#parts.keys();
  }

  get size(): number {
    return this.#parts.size;
  }

  has(id: string): boolean {
    return this.#parts.has(id);
  }

  /** The part of an id, without saying anything where there is none. */
  get(id: string): Part | undefined {
    return this.#parts.get(id)?.part;
  }

  /** Where the part of an id stands. */
  placeOf(id: string): Place | undefined {
    return this.#parts.get(id)?.place;
  }

  add(id: string, part: Part, place: Place, findings: Findings): void {
    const before = this.#parts.get(id);
    if (before === undefined) {
      this.#parts.set(id, { part, place });
      return;
    }
    const { file } = before.place.source;
    const { line } = before.place.source.locate(before.place.path, "value");
    const problem = `Cannot have a second ${this.#what} ${id}: the first is at ${file}:${line}`;
    findings.error(place, problem);
  }

  /** Marks an id as one that is wrong already: who refers to it is not wrong as well. */
  addBroken(id: string): void {
    this.#broken.add(id);
  }

  /** Whether an id is in the catalog, or would be, were its part not wrong. */
  mayHave(id: string): boolean {
    return this.#parts.has(id) || this.#broken.has(id);
  }

  /** The part that `id` at `place` refers to; says so where there is none. */
  find(id: string, place: Place, findings: Findings): Part | undefined {
    this.#used.add(id);
    const found = this.#parts.get(id);
    if (found !== undefined) return found.part;
    if (this.#broken.has(id)) return undefined;
    const problem = `Cannot find the ${this.#what} "${id}"`;
    findings.error(
      place,
      `${problem}${suggestion(id, [...this.#parts.keys(), ...this.#broken])}`,
      this.#allowed(),
    );
    return undefined;
  }

  /** Finds all ids of a list, each once; undefined where one is missing or comes twice. */
  findAll(ids: readonly string[], place: Place, findings: Findings): readonly Part[] | undefined {
    const seen = new Set<string>();
    const found: Part[] = [];
    for (const [index, id] of ids.entries()) {
      const at = within(place, index);
      const part = this.find(id, at, findings);
      if (part !== undefined) found.push(part);
      if (seen.has(id)) findings.error(at, `Cannot list the ${this.#what} ${id} twice`);
      seen.add(id);
    }
    return found.length === ids.length ? found : undefined;
  }

  /** Warns of parts that nothing refers to. */
  warnUnused(consequence: string, findings: Findings): void {
    for (const [id, { place }] of this.#parts) {
      if (this.#used.has(id)) continue;
      findings.warn(place, `The ${this.#what} ${id} is used by nothing: ${consequence}`);
    }
  }

  #allowed(): string {
    // Ids of wrong parts are named only where there are no others: they are defined all the same.
    const ids = this.#parts.size > 0 ? [...this.#parts.keys()] : [...this.#broken];
    const shown = ids.slice(0, IDS_SHOWN_MAX);
    if (shown.length === 0) return `no ${this.#what} is defined`;
    const more = ids.length - shown.length;
    return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
  }
}

/** Ids shown where one was expected; more are counted. */
const IDS_SHOWN_MAX = 10;

/** Makes a catalog of a section: `compile` gives undefined where it told of something wrong. */
export function catalogOf<Text extends { readonly id: string }, Part>(
  what: string,
  section: Section<Text>,
  compile: (item: Item<Text>) => Part | undefined,
  findings: Findings,
): Catalog<Part> {
  const catalog = new Catalog<Part>(what, section.brokenIds);
  for (const item of section.items) {
    const part = compile(item);
    if (part === undefined) catalog.addBroken(item.text.id);
    else catalog.add(item.text.id, part, item.place, findings);
  }
  return catalog;
}
