import type { Name } from "../dns/index.ts";
import type { NewEvent } from "../journal/index.ts";
import type { EpochSeen, Override } from "../plan/index.ts";
import { orderReplaced } from "./acts.ts";
import { type EndedOverride, overridesCutShort } from "./endedOverrides.ts";
import { type HeldOrders, type OrdersReview, reviewOrders } from "./orderBook.ts";
import { StoreError } from "./storeError.ts";

/** What a person did while the store was away, as the store takes it in: whole, and once. */
export interface ActIntake {
  /** Tells it from every other act; one that was taken in changes nothing. */
  readonly id: string;
  /** How it is told; 1 or more. */
  readonly events: readonly NewEvent[];
  /** An override that the zones hold already: the planner shall know of it. */
  readonly override?: Override;
  readonly clear?: OverrideClear;
  /** An epoch that a person confirmed: believed however far ahead it is. */
  readonly epoch?: EpochSeen;
}

/** An override taken back. */
export interface OverrideClear {
  readonly endpoint: Name;
  /** It alone ends: another that is on the name stays. */
  readonly overrideId: string;
}

/** What became of an act. */
export type IntakeOutcome =
  | { readonly kind: "known" }
  /** `notHeld`: why its override is not held as an order; it lasts in the zones all the same. */
  | { readonly kind: "taken"; readonly notHeld?: string };

/** A store that owns its data, and so can take acts in. */
export interface ActTaker {
  /** One atomic step: the act is journalled, carried out and remembered, or nothing happened. */
  takeIn(act: ActIntake): Promise<IntakeOutcome>;
}

/** What an act's override changes. */
export type OverrideReview =
  | { readonly kind: "put"; readonly review: OrdersReview }
  /** `isOver`: nobody wants it any more, though zones may hold it. */
  | { readonly kind: "not-held"; readonly why: string; readonly isOver: boolean };

/** Reviews the override of an act, which may be told long after it was set. */
export function reviewIntake(override: Override, held: HeldOrders, nowMs: number): OverrideReview {
  const { id, endpoint, untilMs, atMs } = override;
  const notHeld = (why: string, isOver: boolean): OverrideReview => {
    return { kind: "not-held", why, isOver };
  };
  if (untilMs <= nowMs) return notHeld(`${id} has expired`, false);
  if (held.byId(id) !== undefined) return notHeld(`${id} is held already`, false);
  if (held.isEnded(id)) return notHeld(`${id} was taken back`, true);
  const newer = held.of(endpoint, "override");
  if (newer !== undefined && newer.atMs > atMs) {
    return notHeld(`${newer.id} was asked for later`, true);
  }
  try {
    return { kind: "put", review: reviewOrders([override], held) };
  } catch (error) {
    // The zones hold it whatever the store says: the act is told, and the rest left to people.
    if (error instanceof StoreError) return notHeld(error.message, false);
    throw error;
  }
}

/** What an act ends and replaces, all told. */
export interface IntakeEnds {
  readonly ended: readonly EndedOverride[];
  readonly events: readonly NewEvent[];
}

/**
 * What the overrides of an act make of others: a clear ends the one that it names and no other, as
 * there may be one since that its person never saw.
 */
export function intakeEnds(
  { override, clear }: Pick<ActIntake, "override" | "clear">,
  review: OverrideReview | undefined,
  nowMs: number,
): IntakeEnds {
  const ended: EndedOverride[] = [];
  const events: NewEvent[] = [];
  if (clear !== undefined) ended.push({ endpoint: clear.endpoint, id: clear.overrideId });
  if (override === undefined || review === undefined) return { ended, events };
  if (review.kind === "not-held") {
    if (review.isOver) ended.push(override);
    return { ended, events };
  }
  const replaced = [...review.review.replaced.values()];
  ended.push(...overridesCutShort(replaced, nowMs));
  // The act's own events were told before anybody knew of these.
  events.push(...replaced.map((order) => orderReplaced(order, override, nowMs)));
  return { ended, events };
}
