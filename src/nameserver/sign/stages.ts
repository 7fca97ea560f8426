import { assertNever, type P256KeyPair } from "../../base/index.ts";
import { DS_HOLD_SECONDS, KEY_TTL_SECONDS, PROPAGATION_SECONDS } from "./limits.ts";
import { type HeldKey, heldKey, type Stage, type ZoneSigning } from "./zoneSigning.ts";

/** What a stage may go on by. */
export interface StageFacts {
  /** What is certain of time: a clock that is ahead ends no wait. */
  readonly nowSeconds: number;
  /** The configuration says that the zone is signed. */
  readonly isWanted: boolean;
  /** A pass over the whole zone, begun in this stage, found nothing left to do. */
  readonly isPassDone: boolean;
}

/** What a person orders. */
export type Act = "roll" | "ds-seen" | "ds-gone";

/** What became of an order: done with the state that follows, or not, and why. */
export type ActOutcome =
  | { readonly kind: "done"; readonly signing: ZoneSigning; readonly text: string }
  | { readonly kind: "refused"; readonly text: string };

/** The first stage of a zone that is to be signed. */
export function begun(zone: ZoneSigning["zone"], pair: P256KeyPair, now: number): ZoneSigning {
  return {
    zone,
    stage: "signing",
    sinceSeconds: now,
    keys: [heldKey(pair, "active", now)],
    ttlSecondsMax: 0,
    newestSeconds: 0,
    lastExpirationSeconds: 0,
    aheadSeconds: 0,
  };
}

/** When a stage is over, as the wall clock will show it; undefined: it does not end by time. */
export function shownEndsSeconds(signing: ZoneSigning): number | undefined {
  const ends = endsSeconds(signing);
  return ends === undefined ? undefined : ends + signing.aheadSeconds;
}

/**
 * When a stage that only waits is over, by what is certain of time; undefined: it does not end by
 * time.
 */
function endsSeconds({ stage, sinceSeconds, ttlSecondsMax }: ZoneSigning): number | undefined {
  switch (stage) {
    case "settling":
    case "roll-retire":
      return sinceSeconds + Math.max(ttlSecondsMax, KEY_TTL_SECONDS) + PROPAGATION_SECONDS;
    case "roll-publish":
      return sinceSeconds + KEY_TTL_SECONDS + PROPAGATION_SECONDS;
    case "roll-hold":
    case "leaving-hold":
      return sinceSeconds + DS_HOLD_SECONDS;
    case "signing":
    case "signed":
    case "roll-ds":
    case "roll-resign":
    case "leaving":
    case "unsigning":
      return undefined;
    default:
      return assertNever(stage);
  }
}

/**
 * The state after what time, passes and the configuration bring about; the same object where
 * nothing does, `undefined` once nothing is left of the signing.
 */
export function advance(signing: ZoneSigning, facts: StageFacts): ZoneSigning | undefined {
  const { nowSeconds, isWanted, isPassDone } = facts;
  const to = (stage: Stage, keys = signing.keys): ZoneSigning => {
    return { ...signing, stage, keys, sinceSeconds: nowSeconds };
  };
  const { stage } = signing;
  const ends = endsSeconds(signing);
  const isOver = ends !== undefined && nowSeconds >= ends;
  if (!isWanted && stage === "signing") return to("unsigning"); // no DS can be there yet
  if (!isWanted && (stage === "settling" || stage === "signed")) return to("leaving");
  if (isWanted && (stage === "leaving" || stage === "leaving-hold")) {
    // The DS may be there, or not: what a zone may rest on after it was signed holds for both.
    return to("settling");
  }
  switch (stage) {
    case "signing":
      return isPassDone ? to("settling") : signing;
    case "settling":
    case "roll-retire":
      return isOver ? to("signed", withoutOld(signing.keys)) : signing;
    case "roll-publish":
      return isOver ? to("roll-ds") : signing;
    case "roll-hold":
      return isOver ? to("roll-resign", swapped(signing.keys)) : signing;
    case "roll-resign":
      return isPassDone ? to("roll-retire") : signing;
    case "leaving-hold":
      return isOver ? to("unsigning") : signing;
    case "unsigning":
      return isPassDone ? undefined : signing;
    case "signed":
    case "roll-ds":
    case "leaving":
      return signing;
    default:
      return assertNever(stage);
  }
}

/** Does what a person orders, where the stage allows it. `makeKey` is asked at most once. */
export function act(
  signing: ZoneSigning,
  order: Act,
  nowSeconds: number,
  makeKey: () => P256KeyPair,
): ActOutcome {
  const { zone, stage } = signing;
  const to = (next: Stage, keys: readonly HeldKey[], text: string): ActOutcome => {
    const changed = { ...signing, stage: next, keys, sinceSeconds: nowSeconds };
    return { kind: "done", signing: changed, text };
  };
  const refused = (wants: string): ActOutcome => {
    const text = `Cannot ${ACT_TEXT[order]} of zone ${zone} as it must be ${wants}: it is ${stage}`;
    return { kind: "refused", text };
  };
  switch (order) {
    case "roll":
      if (stage !== "signed") return refused("signed");
      return to(
        "roll-publish",
        [...signing.keys, freshKey(signing.keys, nowSeconds, makeKey)],
        "A second key is being published. In two hours its DS is ready for the parent.",
      );
    case "ds-seen":
      if (stage !== "roll-ds") return refused("at roll-ds");
      return to(
        "roll-hold",
        signing.keys,
        "In two days, when the old DS has left every cache, the new key signs the zone.",
      );
    case "ds-gone":
      if (stage !== "leaving") return refused("leaving (dnssec: false in the configuration)");
      return to(
        "leaving-hold",
        signing.keys,
        "In two days, when the DS has left every cache, signatures and keys are taken away.",
      );
    default:
      return assertNever(order);
  }
}

const ACT_TEXT: Readonly<Record<Act, string>> = {
  roll: "roll the key",
  "ds-seen": "go on with the roll",
  "ds-gone": "end the signing",
};

// Two keys of one tag would be told apart only by trying both: validators limit such tries.
const TAG_ATTEMPTS_MAX = 16;

function freshKey(keys: readonly HeldKey[], now: number, makeKey: () => P256KeyPair): HeldKey {
  let key = heldKey(makeKey(), "next", now);
  for (let attempt = 1; attempt < TAG_ATTEMPTS_MAX; attempt += 1) {
    const { tag } = key;
    if (keys.every((other) => other.tag !== tag)) break;
    key = heldKey(makeKey(), "next", now);
  }
  return key;
}

function swapped(keys: readonly HeldKey[]): readonly HeldKey[] {
  return keys.map((key) => ({ ...key, role: key.role === "next" ? "active" : "old" }));
}

function withoutOld(keys: readonly HeldKey[]): readonly HeldKey[] {
  return keys.filter(({ role }) => role !== "old");
}
