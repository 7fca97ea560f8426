import type { RRset } from "../../src/dns/index.ts";
import { type Fence, type Gate, parseFence, parseGate } from "../../src/plan/index.ts";
import { readControlText } from "../../src/provider/controlText.ts";
import type { WitnessEvent } from "../design.ts";
import { SERVER_ITSELF, type ZoneChange } from "../world/dnsServer.ts";

/** What must always be true, by name. */
export const INVARIANTS = [
  "never-empty",
  "never-backwards",
  "checked-at-the-write",
  "every-change-explained",
  "converges",
  "clean-up-harmless",
  "override-respected",
  "retire-only-on-purpose",
  "no-process-breaks",
] as const;

export type Invariant = (typeof INVARIANTS)[number];

/** An invariant that did not hold, and when. */
export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly text: string;
}

/** Watches one invariant. It is told of everything, and changes nothing. */
export interface Checker {
  readonly invariant: Invariant;
  /** The zone changed: what is wrong with that, if anything. */
  onChange?(change: ZoneChange): string | undefined;
  onWitness?(event: WitnessEvent, atMs: number): string | undefined;
  /** Everything has come to rest, as far as it will. */
  atEnd?(): string | undefined;
}

/** Whether somebody from outside made the change; a server shows after a restart what it held. */
export function isHand(by: ZoneChange["by"]): boolean {
  return by.kind === "outside" && by.id !== SERVER_ITSELF;
}

/** A control record as a fence. */
export type FenceSeen =
  | { readonly kind: "none" }
  | { readonly kind: "fence"; readonly fence: Fence; readonly text: string }
  | { readonly kind: "malformed" };

const NONE: FenceSeen = { kind: "none" };
const MALFORMED: FenceSeen = { kind: "malformed" };
const seen = new WeakMap<RRset, FenceSeen>();

/** Reads a fence; each RRset once. */
export function fenceSeen(rrset: RRset | undefined): FenceSeen {
  if (rrset === undefined) return NONE;
  let known = seen.get(rrset);
  if (known === undefined) {
    known = readFence(rrset);
    seen.set(rrset, known);
  }
  return known;
}

function readFence(rrset: RRset): FenceSeen {
  const found = readControlText(rrset, "one");
  if (found.kind !== "text") return MALFORMED;
  const parsed = parseFence(found.text);
  return parsed.kind === "fence"
    ? { kind: "fence", fence: parsed.fence, text: found.text }
    : MALFORMED;
}

/** What a gate lets automation do. */
export function gateSeen(rrset: RRset | undefined): Gate["automation"] {
  if (rrset === undefined) return "on";
  return readGate(rrset)?.automation ?? "paused";
}

/** Edition of a gate; undefined where there is none that can be read. */
export function gateEdition(rrset: RRset | undefined): number | undefined {
  return rrset && readGate(rrset)?.edition;
}

function readGate(rrset: RRset): Gate | undefined {
  const found = readControlText(rrset, "one");
  const parsed = found.kind === "text" ? parseGate(found.text) : undefined;
  return parsed?.kind === "gate" ? parsed.gate : undefined;
}
