import type { Name } from "../dns/index.ts";
import { isPinned, planningParent, rollbackContent } from "./content.ts";
import { entryDigest } from "./entry.ts";
import type { Override, Rollback } from "./order.ts";
import type { EndpointOrders } from "./orderBook.ts";
import { byText, cutCause, pinText, wholeSecondsMs } from "./orderText.ts";
import {
  CARRIED_IDS_MAX,
  type Generation,
  type PlanEntry,
  type PlannedContent,
  type PlannedOverride,
  type ServingEntry,
  type TombstoneEntry,
} from "./plan.ts";
import { sameRRsets } from "./plannerRecords.ts";
import type { Ruling } from "./plannerRuling.ts";

/** What the entries of one plan have in common. */
export interface EntryContext {
  readonly generation: Generation;
  readonly actor: string;
  readonly wallMs: number;
  /** See `PlanHead`. */
  readonly floorGeneration: Generation;
  readonly epochs: ReadonlyMap<Name, number>;
  /** See `PlanHead.endedOverrides`. */
  readonly endedOverrides: ReadonlyMap<Name, readonly string[]>;
}

/** What one endpoint's entry is made of besides its context. */
interface Draft {
  readonly endpoint: Name;
  readonly zone: Name;
  readonly content: PlannedContent;
  /** The entry before; undefined for a first one, and for one in place of a tombstone. */
  readonly held: ServingEntry | undefined;
  readonly revivedId: string | undefined;
  /** What the entry before ends, or the tombstone before it did. */
  readonly endsBefore: readonly string[] | undefined;
  /** What the entry before revives, or the tombstone before it did. */
  readonly revivesBefore: readonly string[] | undefined;
  readonly epochBefore: number;
  readonly override?: PlannedOverride;
  readonly beneath?: PlannedContent;
  readonly actor: string;
  readonly cause: string;
}

/** The tombstone of a retirement whose time has come. */
export function tombstoneEntry(
  { retirement, held }: Extract<Ruling, { readonly kind: "retire" }>,
  context: EntryContext,
): TombstoneEntry {
  const ends = withEnded(held.endpoint, held.ends ?? [], undefined, context);
  return {
    kind: "tombstone",
    endpoint: held.endpoint,
    zone: held.zone,
    epoch: epochOf(held.endpoint, held.epoch, context),
    generation: context.generation,
    digest: held.digest,
    ...(ends.length === 0 ? {} : { ends }),
    ...(held.revives === undefined ? {} : { revives: held.revives }),
    tombstoneId: retirement.id,
    retiredAtMs: wholeSecondsMs(context.wallMs),
    actor: retirement.actor,
    cause: cutCause(`retired ${byText(retirement)}`),
  };
}

/** The entry that pins what an override or a rollback says; undefined where the parent does. */
export function pinEntry(
  { pin, held, revival }: Extract<Ruling, { readonly kind: "pin" }>,
  zone: Name,
  context: EntryContext,
): ServingEntry | undefined {
  const override = overrideOf(pin);
  const planned = held === undefined ? undefined : beneathOf(held);
  const content = pin.kind === "override" ? pin : rollbackContent(pin, planned);
  const { answers, rrsets } = content;
  if (
    held !== undefined &&
    revival === undefined &&
    held.override?.id === override?.id &&
    held.override?.untilMs === override?.untilMs &&
    held.answers === answers &&
    sameRRsets(held.rrsets, rrsets)
  ) {
    return undefined;
  }
  // A name that was pinned before it was ever planned has nothing beneath.
  const beneath = held !== undefined && isPinned(held) ? held.beneath : planned;
  return servingEntry(
    {
      endpoint: pin.endpoint,
      zone,
      content: { answers, rrsets },
      held,
      endsBefore: held?.ends,
      revivedId: revival?.tombstoneId,
      revivesBefore: held?.revives,
      epochBefore: held?.epoch ?? 0,
      ...(override === undefined ? {} : { override }),
      ...(beneath === undefined ? {} : { beneath }),
      actor: pin.actor,
      cause: cutCause(pinText(pin)),
    },
    context,
  );
}

function overrideOf(pin: Override | Rollback): PlannedOverride | undefined {
  if (pin.kind === "rollback") return undefined;
  return { id: pin.id, untilMs: wholeSecondsMs(pin.untilMs) };
}

function beneathOf(held: ServingEntry): PlannedContent {
  const { answers, rrsets } = held.beneath ?? held;
  return { answers, rrsets };
}

/** A planned entry, with all that is carried on from the one before. */
export function servingEntry(draft: Draft, context: EntryContext): ServingEntry {
  const { endpoint, zone, content, override, beneath, actor, cause } = draft;
  const ends = withEnded(endpoint, endsOf(draft), override, context);
  const revives = revivesOf(draft);
  return {
    kind: "serving",
    endpoint,
    zone,
    epoch: epochOf(endpoint, draft.epochBefore, context),
    generation: context.generation,
    digest: entryDigest({ endpoint, ...content }),
    answers: content.answers,
    rrsets: content.rrsets,
    ...(override === undefined ? {} : { override }),
    ...(beneath === undefined ? {} : { beneath }),
    ...(ends.length === 0 ? {} : { ends }),
    ...(revives.length === 0 ? {} : { revives }),
    actor,
    cause,
  };
}

// Also one whose time is over by the planner's clock: where that clock is fast, enactors with right
// ones would keep for long what no order and no plan has any more.
function endsOf({ held, endsBefore = [], override }: Draft): readonly string[] {
  const before = held?.override;
  const other = endsBefore.filter((id) => id !== override?.id);
  return before === undefined || before.id === override?.id ? other : carried(other, before.id);
}

// What ended without the plans ever knowing it comes last, so that none of it is dropped for room.
function withEnded(
  endpoint: Name,
  ends: readonly string[],
  override: PlannedOverride | undefined,
  { endedOverrides }: Pick<EntryContext, "endedOverrides">,
): readonly string[] {
  const ended = endedOverrides.get(endpoint) ?? [];
  // Read before the order was taken back: the next reading has both.
  const others = ended.filter((id) => id !== override?.id);
  if (others.every((id) => ends.includes(id))) return ends;
  return others.reduce(carried, ends);
}

/** Whether overrides ended that an entry of the plan should name, and does not. */
export function lacksEnds(held: PlanEntry | undefined, ids: readonly string[]): boolean {
  if (held === undefined) return false;
  const pinnedBy = held.kind === "serving" ? held.override?.id : undefined;
  return ids.some((id) => id !== pinnedBy && !held.ends?.includes(id));
}

function revivesOf({ revivesBefore = [], revivedId }: Draft): readonly string[] {
  return revivedId === undefined ? revivesBefore : carried(revivesBefore, revivedId);
}

function carried(ids: readonly string[], id: string): readonly string[] {
  return [...ids.filter((one) => one !== id), id].slice(-CARRIED_IDS_MAX);
}

function epochOf(endpoint: Name, before: number, { epochs }: EntryContext): number {
  return Math.max(before, epochs.get(endpoint) ?? 0);
}

/** Why records that were pinned are planned again; undefined where nothing was pinned. */
export function unpinCause(
  held: ServingEntry | undefined,
  orders: EndpointOrders | undefined,
): string | undefined {
  if (held === undefined || !isPinned(held)) return undefined;
  if (held.override === undefined) return "the rollback was released";
  const isThere = orders?.override?.id === held.override.id;
  return `override ${held.override.id} ${isThere ? "is over" : "was cleared"}`;
}

/** What was planned of an orphan, once nothing pins it any more; undefined where nothing does. */
export function unpinnedOrphan(
  held: ServingEntry,
  orders: EndpointOrders | undefined,
  context: EntryContext,
): ServingEntry | undefined {
  const cause = unpinCause(held, orders);
  if (cause === undefined) return undefined;
  const { endpoint, zone, epoch: epochBefore } = held;
  const { answers, rrsets } = planningParent(held);
  const content = { answers, rrsets };
  const draft = { endpoint, zone, content, held, epochBefore, actor: context.actor, cause };
  const before = { endsBefore: held.ends, revivesBefore: held.revives };
  return servingEntry({ ...draft, ...before, revivedId: undefined }, context);
}

/**
 * What enactors and zones hold of a name that no plan has, and the policy neither: planned once
 * more, as it would be without an override, so that people can act on it.
 */
export function rememberedEntry(known: ServingEntry, context: EntryContext): ServingEntry {
  const { endpoint, zone, epoch: epochBefore } = known;
  // A fence keeps an override; nothing but the entry keeps what a person rolled back.
  const { answers, rrsets } = known.override === undefined ? known : planningParent(known);
  const cause = "the plan store had lost it, and enactors had not";
  const content = { answers, rrsets };
  const draft = { endpoint, zone, content, held: undefined, epochBefore, actor: context.actor };
  const before = { endsBefore: known.ends, revivesBefore: known.revives };
  return servingEntry({ ...draft, ...before, revivedId: undefined, cause }, context);
}

/**
 * Whether an entry may be written again, as it is, in an epoch that a person raised. A tombstone
 * from before the floor may be an old copy's: the name may have been revived in what was lost of
 * the line, and must go on answering.
 */
export function mayBeRaised(held: PlanEntry, floorGeneration: Generation): boolean {
  return held.kind === "serving" || held.generation > floorGeneration;
}

/**
 * The same entry in the epoch that a person raised, and over the overrides that ended without the
 * plans knowing it; undefined where it is that already.
 */
export function raisedEntry(
  held: PlanEntry | undefined,
  context: EntryContext,
): PlanEntry | undefined {
  if (held === undefined || !mayBeRaised(held, context.floorGeneration)) return undefined;
  const epoch = epochOf(held.endpoint, held.epoch, context);
  const ended = context.endedOverrides.get(held.endpoint) ?? [];
  const isShort = lacksEnds(held, ended);
  if (epoch === held.epoch && !isShort) return undefined;
  const { generation, actor } = context;
  const pinnedBy = held.kind === "serving" ? held.override : undefined;
  const ends = isShort
    ? { ends: withEnded(held.endpoint, held.ends ?? [], pinnedBy, context) }
    : {};
  // Who retired it, and why, stays with it.
  if (held.kind === "tombstone") return { ...held, ...ends, epoch, generation };
  const raised = { ...held, ...ends, epoch, generation, actor };
  const cause = `a person raised its epoch to ${epoch}`;
  if (!isShort) return { ...raised, cause };
  const told = `override ${ended.join(", ")} was taken back`;
  return { ...raised, cause: cutCause(epoch === held.epoch ? told : `${told}; ${cause}`) };
}
