import type { Fence } from "../../src/plan/index.ts";
import { fenceOf } from "./checks.ts";
import { gateAfter } from "./gateKnown.ts";
import {
  changedByHand,
  deletedByHand,
  farAheadByHand,
  garbledByHand,
  type Held,
  madeByHand,
} from "./heldZone.ts";
import { numberOf } from "./interner.ts";
import type { EndpointName } from "./names.ts";
import {
  afterFault,
  type Fault,
  mayHappen,
  type Next,
  type Now,
  type Past,
  type Scene,
} from "./now.ts";
import { heldAt, withHeld } from "./zoneMoves.ts";

const HANDS: readonly { readonly fault: Fault; readonly what: string }[] = [
  { fault: "hand-deletes-records", what: "deletes the records" },
  { fault: "hand-deletes-one-type", what: "deletes the IPv6 addresses" },
  { fault: "hand-changes-records", what: "changes the addresses" },
  { fault: "hand-deletes-fence", what: "deletes the fence" },
  { fault: "hand-deletes-fence-and-one-type", what: "deletes fence and IPv6 addresses" },
  { fault: "hand-deletes-everything", what: "deletes records and fence" },
  { fault: "hand-garbles-fence", what: "writes nonsense over the fence" },
  { fault: "hand-writes-far-ahead", what: "writes a fence of generation 5000000" },
  { fault: "hand-makes-name", what: "makes the records" },
];

/** Hands from outside, which nothing stops on a plain DNS server. */
export function handMoves(scene: Scene, now: Now, place: number): readonly Next[] {
  const endpoint = scene.endpoints[place];
  if (endpoint === undefined) return [];
  const held = heldAt(now, place);
  return HANDS.flatMap(({ fault, what }) => {
    if (!mayHappen(scene, now, fault)) return [];
    const spoilt = spoilBy(held, fault, endpoint);
    if (numberOf(spoilt) === numberOf(held)) return [];
    const past = pastAfter(now.circumstances.past, place, fenceOf(endpoint, held), fault);
    const next = afterFault(withHeld(now, place, spoilt));
    const circumstances = { ...next.circumstances, past };
    const tell = (): string => `a hand from outside ${what} of ${endpoint}`;
    return [{ kind: "fault", now: { ...next, circumstances }, tell }];
  });
}

/** A person pauses the zone (a fault of the world's budget), and resumes it (no fault). */
export function gateMoves(scene: Scene, now: Now): readonly Next[] {
  const { gate } = now.circumstances;
  const moves: Next[] = [];
  const set = (automation: "on" | "repairs" | "paused", world: Now, kind: Next["kind"]): void => {
    const text = gateAfter(gate, automation);
    const circumstances = { ...world.circumstances, gate: text };
    const tell = (): string => `a person sets the gate: ${automation}`;
    moves.push({ kind, now: { ...world, circumstances }, tell });
  };
  const isOpen = gate === undefined || gate.endsWith("automation=on");
  if (!isOpen) set("on", now, "person");
  if (isOpen && mayHappen(scene, now, "pause")) set("paused", afterFault(now), "fault");
  if (isOpen && mayHappen(scene, now, "pause-but-repairs")) {
    set("repairs", afterFault(now), "fault");
  }
  return moves;
}

function spoilBy(held: Held, fault: Fault, endpoint: EndpointName): Held {
  switch (fault) {
    case "hand-deletes-records":
      return deletedByHand(held, "records");
    case "hand-deletes-one-type":
      return deletedByHand(held, "one type");
    case "hand-changes-records":
      return changedByHand(held, endpoint);
    case "hand-deletes-fence":
      return deletedByHand(held, "fence");
    case "hand-deletes-fence-and-one-type":
      return deletedByHand(deletedByHand(held, "one type"), "fence");
    case "hand-garbles-fence":
      return garbledByHand(held, endpoint);
    case "hand-writes-far-ahead":
      return farAheadByHand(held, endpoint);
    case "hand-makes-name":
      return madeByHand(held, endpoint);
    default:
      return deletedByHand(held, "everything");
  }
}

/** What the checkers remember of a fence that goes by a hand. */
function pastAfter(past: Past, place: number, fence: Fence | undefined, fault: Fault): Past {
  const spoilsFence: readonly Fault[] = [
    "hand-deletes-fence",
    "hand-deletes-fence-and-one-type",
    "hand-deletes-everything",
    "hand-garbles-fence",
    "hand-writes-far-ahead",
  ];
  if (fence === undefined || !spoilsFence.includes(fault)) return past;
  return {
    ...past,
    deleted: past.deleted.with(place, fence),
    fenceDeletions: past.fenceDeletions + 1,
  };
}
