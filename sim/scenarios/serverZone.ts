// One zone of our nameserver, its rules, and the simulator's checkers: each UPDATE that the rules
// take is judged by what a resolver gets from the zone before it and after it.
import {
  decodeSoa,
  type Name,
  nameOf,
  type Prerequisite,
  RRType,
  type Update,
} from "../../src/dns/index.ts";
import { answersType } from "../../src/nameserver/answer/chain.ts";
import { evaluateUpdate } from "../../src/nameserver/update/evaluateUpdate.ts";
import { rrsetOfType, txtTexts } from "../../src/nameserver/zone/zoneNode.ts";
import type { ZoneView } from "../../src/nameserver/zone/zoneView.ts";
import {
  fenceName,
  gateName,
  type PlanEntry,
  type Position,
  parseFence,
  SEED_TEXT,
  seedName,
} from "../../src/plan/index.ts";
import { readControlText } from "../../src/provider/controlText.ts";
import { CheckedAtTheWrite } from "../checkers/checkedAtTheWrite.ts";
import type { Checker } from "../checkers/checker.ts";
import { EveryChangeExplained } from "../checkers/everyChangeExplained.ts";
import { NeverBackwards } from "../checkers/neverBackwards.ts";
import { NeverEmpty } from "../checkers/neverEmpty.ts";
import { OverrideRespected } from "../checkers/overrideRespected.ts";
import { RetireOnlyOnPurpose } from "../checkers/retireOnlyOnPurpose.ts";
import type { Writer, ZoneReader } from "../design.ts";
import { Ledger } from "../ours/ledger.ts";
import type { Outside } from "../world/dnsServer.ts";
import { captureZone, type ZoneState } from "../world/zoneState.ts";
import type { Judge } from "./scenario.ts";

/** The largest DNS message (RFC 1035 section 4.2.2): what does not fit is not answered. */
const MESSAGE_OCTETS_MAX = 65_535;
/** Owner, type, class, TTL and length of one record in a message. */
const RECORD_OCTETS = 12;
/** Longest that a denial may be believed, and shortest that secondaries must keep a zone. */
const DENIAL_SECONDS_MAX = 30;
const EXPIRE_SECONDS_MIN = 14 * 86_400;
const ADDRESS_TYPES = [RRType.A, RRType.AAAA];
const NOBODY: ZoneReader = { rrset: () => undefined, rrsetsAt: () => [], speaks: true };
const OWNER: Outside = { kind: "outside", id: "its owner" };

/** What became of an UPDATE. */
export type Sent =
  | { readonly kind: "refused"; readonly problem: string }
  | { readonly kind: "taken"; readonly broken: Broken | undefined };

/** What no longer holds, who says so, and why. */
export interface Broken {
  readonly by: Judge;
  readonly text: string;
}

/** A zone that begins as it is given, and the checkers that watch it. */
export class ServerZone {
  readonly ledger = new Ledger();
  readonly #endpoints: readonly Name[];
  readonly #checkers: readonly Checker[];
  #view: ZoneView;
  #reader: ZoneReader;
  #state: ZoneState;

  constructor(view: ZoneView, endpoints: readonly Name[]) {
    this.#view = view;
    this.#endpoints = endpoints;
    this.#reader = NOBODY;
    this.#state = captureZone(view.apex, endpoints, NOBODY, undefined);
    const reader: ZoneReader = {
      rrset: (name, type) => this.#reader.rrset(name, type),
      rrsetsAt: (name) => this.#reader.rrsetsAt(name),
      speaks: true,
    };
    this.#checkers = [
      new NeverEmpty(this.ledger),
      new NeverBackwards({ positionOf }, reader, () => false),
      new CheckedAtTheWrite(view.apex),
      new EveryChangeExplained(this.ledger, () => 0),
      new OverrideRespected(this.ledger, () => 0),
      new RetireOnlyOnPurpose(this.ledger, { jump: false, fastest: 1 }),
    ];
    this.#show(view, OWNER, undefined);
  }

  /** A plan store has accepted these. */
  accept(entries: readonly PlanEntry[]): void {
    this.ledger.accept(entries, 0);
    for (const checker of this.#checkers) checker.onWitness?.({ kind: "plan", entries }, 0);
  }

  /** Sends an UPDATE, on condition of fences and gate as they are. */
  send(asked: Update, kind: Writer["kind"]): Sent {
    const by: Writer = { id: kind, life: 0, kind, wallMs: 0 };
    const update = { ...asked, prerequisites: this.#conditions() };
    const evaluated = evaluateUpdate(this.#view, update, []);
    if (evaluated.kind !== "accepted") return { kind: "refused", problem: evaluated.problem };
    return { kind: "taken", broken: this.#show(evaluated.draft, by, update) };
  }

  /** Whether a resolver gets an address for it. */
  answers(endpoint: Name): boolean {
    const { A = "", AAAA = "" } = this.#state.endpoints.get(endpoint)?.answers ?? {};
    return A !== "" || AAAA !== "";
  }

  #conditions(): readonly Prerequisite[] {
    const { apex } = this.#view;
    return [gateName(apex), ...this.#endpoints.map(fenceName)].map((name): Prerequisite => {
      const rrset = this.#reader.rrset(name, RRType.TXT);
      return rrset === undefined
        ? { kind: "rrset-absent", name, type: RRType.TXT }
        : { kind: "rrset-is", rrset };
    });
  }

  #show(view: ZoneView, by: Writer | Outside, update: Update | undefined): Broken | undefined {
    const before = this.#state;
    this.#view = view;
    this.#reader = resolverOf(view);
    this.#state = captureZone(view.apex, this.#endpoints, this.#reader, before);
    const after = this.#state;
    const change = { atMs: 0, wallMs: 0, by, update, conditionsHeld: true, before, after };
    for (const checker of this.#checkers) {
      const text = checker.onChange?.(change);
      if (text !== undefined) return { by: checker.invariant, text };
    }
    const timers = timersProblem(view);
    return timers === undefined ? undefined : { by: "scenario", text: timers };
  }
}

function positionOf(zone: ZoneReader, endpoint: Name): Position | undefined {
  const found = readControlText(zone.rrset(fenceName(endpoint), RRType.TXT), "one");
  const parsed = found.kind === "text" ? parseFence(found.text) : undefined;
  return parsed?.kind === "fence" ? parsed.fence : undefined;
}

/** A zone as a resolver sees it: what is hidden, or fits no message, is not there. */
function resolverOf(view: ZoneView): ZoneReader {
  const rrsetsAt: ZoneReader["rrsetsAt"] = (name) =>
    (view.node(name)?.rrsets ?? []).filter(({ type, rdata }) => {
      const octets = rdata.reduce((sum, { length }) => sum + RECORD_OCTETS + length, 0);
      return octets <= MESSAGE_OCTETS_MAX && answersType(view, name, type) === "yes";
    });
  return {
    rrsetsAt,
    rrset: (name, type) => rrsetsAt(name).find((rrset) => rrset.type === type),
    speaks: isSeeded(view) && isReachable(view),
  };
}

function isSeeded(view: ZoneView): boolean {
  const rrset = rrsetOfType(view.node(seedName(view.apex)), RRType.TXT);
  return rrset !== undefined && txtTexts(rrset).join() === SEED_TEXT;
}

/** Whether its nameserver has an address: the zone has one, below its own apex. */
function isReachable(view: ZoneView): boolean {
  const nameserver = nameOf(`ns1.${view.apex}`);
  return ADDRESS_TYPES.some((type) => answersType(view, nameserver, type) === "yes");
}

/** What no checker of the simulator sees: how long caches and secondaries keep what they have. */
function timersProblem(view: ZoneView): string | undefined {
  const [soa] = rrsetOfType(view.node(view.apex), RRType.SOA)?.rdata ?? [];
  if (soa === undefined) return "the zone has no SOA";
  const { minimumSeconds, expireSeconds } = decodeSoa(soa);
  if (minimumSeconds > DENIAL_SECONDS_MAX) return `denials are believed for ${minimumSeconds} s`;
  if (expireSeconds < EXPIRE_SECONDS_MIN) return `secondaries forget it after ${expireSeconds} s`;
  return undefined;
}
