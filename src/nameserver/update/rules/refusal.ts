/** Rules of Holdfast that hold whoever writes, with whatever key (DESIGN.md, rules 1 and 2). */
export type Rule =
  /** Not one of ours: the configuration says what a key may change (`dns.updateKeys`). */
  | "key-scope"
  /** A fenced name's records or weights change only together with its fence. */
  | "change-carries-fence"
  | "fence-stays"
  | "fence-is-readable"
  | "edition-rises"
  /** A number so high that nothing could follow would freeze a name, or the gate, for good. */
  | "numbers-can-rise"
  | "generation-does-not-fall"
  | "fence-says-types"
  /** A tombstone that held something would let the rest be taken away. */
  | "tombstone-holds-nothing"
  /** A retired name comes back by a newer position, not by whoever repeats an old one. */
  | "revival-rises"
  | "address-type-stays"
  | "first-fence-holds-records"
  | "fenced-name-is-visible"
  | "fenced-name-is-not-hidden"
  | "alias-target-answers"
  | "weights-are-readable"
  | "gate-is-readable"
  | "gate-stays"
  | "gate-edition-rises"
  | "seed-stays"
  | "control-names-own-txt"
  | "name-fits-a-message"
  | "nameserver-stays-reachable"
  | "denials-are-short"
  /** Secondaries go by the SOA: they must neither go dark nor fall behind. */
  | "soa-timers-hold"
  /** RRSIG, NSEC, and the keys of a zone are made by the server itself. */
  | "signing-is-the-servers"
  /** Names below a cut that comes or goes are signed, or unsigned, in one step. */
  | "cut-changes-few";

/** Why a change is refused. */
export interface Refusal {
  readonly rule: Rule;
  /** One sentence for a person. */
  readonly problem: string;
}

/** Makes a refusal: "Cannot change <what> as <must be>: <what is now>". */
export function refusal(rule: Rule, what: string, detail: string): Refusal {
  return { rule, problem: `Cannot change ${what} as ${detail}` };
}
