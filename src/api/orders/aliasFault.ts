import { type Name, parseName, type RRset, RRType, rdataText } from "../../dns/index.ts";
import type { Reading } from "../../plan/index.ts";
import type { Pin } from "./pins.ts";

/** What our own zones say of a name that an alias leads to. */
export type Looked =
  | { readonly kind: "answers" }
  | { readonly kind: "alias"; readonly target: Name }
  /** Proven, not merely unseen; `why` follows "it". */
  | { readonly kind: "nothing"; readonly why: string }
  /** Another's zone, or a store that cannot be read. */
  | { readonly kind: "unknown" };

/** Aliases followed: resolvers give up at about as many. */
const HOPS_MAX = 16;

/**
 * Why a pinned CNAME would answer nothing, as far as our own zones prove it: a loop, a retired
 * name, a name that is not there. Undefined where it answers, or nobody can say.
 */
export async function aliasFault(
  endpoint: Name,
  pins: readonly Pin[],
  look: (name: Name) => Promise<Looked>,
): Promise<string | undefined> {
  const pin = pins.find(({ type }) => type === "CNAME");
  const parsed = parseName(pin?.records[0] ?? "");
  if (pin === undefined || parsed.kind === "malformed") return undefined;
  const visited = new Set([endpoint]);
  let target = parsed.name;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    if (visited.has(target)) return refusing(parsed.name, `it leads back to ${target}, in a loop`);
    visited.add(target);
    const looked = await look(target);
    if (looked.kind === "nothing") return refusing(parsed.name, `${target} ${looked.why}`);
    if (looked.kind !== "alias") return undefined;
    target = looked.target;
  }
  return refusing(parsed.name, `more than ${HOPS_MAX} aliases follow each other`);
}

function refusing(target: Name, why: string): string {
  return `Cannot pin a CNAME to ${target}, as it would answer nothing: ${why}`;
}

/** What zone stores prove of a name: nothing only where all were read and none answers. */
export function lookedAt(readings: readonly Reading[]): Looked {
  let isWhole = readings.length > 0;
  let isRetired = false;
  for (const reading of readings) {
    if (reading.kind === "unreadable") {
      isWhole = false;
      continue;
    }
    const alias = reading.rrsets.find(({ type }) => type === RRType.CNAME);
    const [rdata] = alias?.rdata ?? [];
    if (rdata !== undefined) {
      const parsed = parseName(rdataText(RRType.CNAME, rdata));
      return parsed.kind === "parsed" ? { kind: "alias", target: parsed.name } : UNKNOWN;
    }
    if (reading.rrsets.some(isAddress)) return { kind: "answers" };
    const { fence } = reading;
    if (fence.kind === "fence" && fence.fence.mark?.kind === "tombstone") isRetired = true;
  }
  if (!isWhole) return UNKNOWN;
  return { kind: "nothing", why: isRetired ? "is retired" : "has no address" };
}

function isAddress({ type }: RRset): boolean {
  return type === RRType.A || type === RRType.AAAA;
}

const UNKNOWN: Looked = { kind: "unknown" };
