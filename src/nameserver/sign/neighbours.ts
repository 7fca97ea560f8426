import { compareNames, type Name } from "../../dns/index.ts";
import type { OrderedNames, ZoneView } from "../zone/zoneView.ts";
import { hiddenBy, isMember } from "./members.ts";
import { SortedNames } from "./sortedNames.ts";

/**
 * Who stands before and behind whom in the NSEC chain of a draft: the order of what is committed,
 * with the draft's own names laid over it.
 */
export class Neighbours {
  readonly #view: ZoneView;
  readonly #committed: OrderedNames;
  readonly #addedNames: Iterable<Name>;
  #sorted: OrderedNames | undefined;

  /** `added`: names of the draft that `committed` may not have; read at the first question. */
  constructor(view: ZoneView, committed: OrderedNames, added: Iterable<Name>) {
    this.#view = view;
    this.#committed = committed;
    this.#addedNames = added;
  }

  get #added(): OrderedNames {
    this.#sorted ??= new SortedNames(this.#addedNames);
    return this.#sorted;
  }

  /** The NSEC owner behind `name`; behind the last one it is the apex. */
  next(name: Name): Name {
    let at: Name | undefined = name;
    do {
      at = nearer(this.#committed.after(at), this.#added.after(at), 1);
    } while (at !== undefined && !isMember(this.#view, at));
    return at ?? this.#view.apex;
  }

  /** The NSEC owner before `name`; the apex has none. */
  previous(name: Name): Name | undefined {
    let at: Name | undefined = name;
    while (at !== undefined) {
      at = nearer(this.#committed.before(at), this.#added.before(at), -1);
      if (at === undefined || isMember(this.#view, at)) return at;
      // All names below a cut lie between it and what comes next: one step over all of them.
      const cut = hiddenBy(this.#view, at);
      if (cut !== undefined && isMember(this.#view, cut)) return cut;
    }
    return undefined;
  }
}

function nearer(left: Name | undefined, right: Name | undefined, sign: 1 | -1): Name | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return compareNames(left, right) * sign <= 0 ? left : right;
}
