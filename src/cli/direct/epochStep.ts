import { type Name, typeCode } from "../../dns/index.ts";
import {
  answering,
  contentOf,
  EDITION_MAX,
  EPOCHS_AHEAD_MAX,
  holdingsOf,
  type ReadReading,
} from "../../enact/index.ts";
import {
  comparePositions,
  type Fence,
  isFarAhead,
  type PlannedContent,
  type WriteCondition,
} from "../../plan/index.ts";
import {
  type DirectStep,
  editionOfClock,
  type TombstoneChange,
  tombstoneStep,
  writeStep,
} from "./directStep.ts";

/** What is known of a name's newest entry, to judge fences by; undefined: nobody could be asked. */
export interface EntryKnown {
  readonly epoch: number;
  readonly generation: number;
  readonly digest: string;
  /** Undefined for a name that is retired. */
  readonly content?: PlannedContent;
  /** Of a name that is retired. */
  readonly tombstone?: TombstoneChange["mark"];
}

/** An epoch that a person wants a name's fence to have. */
export interface EpochWish {
  readonly zone: Name;
  readonly ownsWholeName: boolean;
  readonly epoch: number;
  readonly entry: EntryKnown | undefined;
  readonly nowMs: number;
}

/** Highest epoch that can still rise within the fence's grammar of fifteen digits. */
const EPOCH_MAX = 999_999_999_999_998;

/** What is wrong with a fence, for people; undefined: nothing that can be known. */
export function fenceFault(
  { fence: found }: ReadReading,
  entry: EntryKnown | undefined,
): string | undefined {
  if (found.kind === "none") return "it has no fence";
  if (found.kind === "malformed") return found.problem;
  const { fence } = found;
  if (fence.edition > EDITION_MAX || fence.epoch > EPOCH_MAX) return "its numbers cannot rise";
  if (entry === undefined) return undefined;
  if (fence.epoch - entry.epoch > EPOCHS_AHEAD_MAX) {
    return `its epoch ${fence.epoch} is implausibly far above the plan's ${entry.epoch}`;
  }
  if (fence.epoch >= entry.epoch && isFarAhead(fence.generation, entry.generation)) {
    return `its generation ${fence.generation} is implausibly far above the plan's`;
  }
  if (comparePositions(fence, entry) !== 0 || fence.mark !== undefined) return undefined;
  const twice = `generation ${fence.generation} was issued twice`;
  if (entry.tombstone !== undefined) return `${twice}: the plan's is a tombstone`;
  return fence.digest === entry.digest ? undefined : `${twice}: the plan's has another digest`;
}

/** One store's reading, and whether its server lets no fence fall, whatever it says. */
export interface EpochHeld {
  readonly reading: ReadReading;
  readonly holdsFences: boolean;
}

/**
 * The epoch above all that count: those of the fences that can be believed, and of the newest
 * entry. A fence that nobody believes counts only where its server would refuse a lower one.
 */
export function nextEpoch(held: readonly EpochHeld[], entry: EntryKnown | undefined): number {
  const epochs = held.flatMap(({ reading: { fence: found }, holdsFences }) => {
    if (found.kind !== "fence" || found.fence.epoch > EPOCH_MAX) return [];
    return holdsFences || isPlausible(found.fence, entry) ? [found.fence.epoch] : [];
  });
  return Math.max(entry?.epoch ?? 0, ...epochs) + 1;
}

function isPlausible({ epoch }: Fence, entry: EntryKnown | undefined): boolean {
  return entry === undefined || epoch - entry.epoch <= EPOCHS_AHEAD_MAX;
}

/**
 * What gives a name a fence that everybody believes, above all that there were. What it answers
 * stays as it is; only what it answers no more is taken from the newest entry, if that is known. A
 * retired name stays retired.
 */
export function epochStep(reading: ReadReading, wish: EpochWish): DirectStep {
  const { endpoint, fence: found } = reading;
  const fence = found.kind === "fence" ? found.fence : undefined;
  if (fence !== undefined && isThere(fence, wish)) {
    return { kind: "done", text: `its fence has epoch ${fence.epoch}` };
  }
  const { ours } = holdingsOf(reading, wish.zone, wish.ownsWholeName);
  const canRise = fence !== undefined && fence.edition < EDITION_MAX;
  const edition = canRise ? fence.edition + 1 : editionOfClock(wish.nowMs);
  const position = { epoch: wish.epoch, generation: 0, edition };
  const condition = { fence: textsOf(reading), nameNotInUse: false, records: ours };
  const isEmpty = answering(ours, ["A", "AAAA"]) === "nothing";
  const retired = retiredBy(reading, isEmpty, wish.entry);
  if (retired !== undefined) return tombstoneStep({ endpoint, condition, ...retired, position });
  const held = isEmpty ? undefined : contentOf(ours, reading.weights);
  const content = withGone(held, fence, wish.entry?.content);
  if (content === undefined) return { kind: "refused", problem: nothingKnown(reading, wish.entry) };
  const mark = fence?.mark?.kind === "override" ? { mark: fence.mark } : {};
  return writeStep({
    endpoint,
    content,
    fence: { ...position, ...mark },
    condition,
    deletes: ours.map(({ type }) => type),
    text: content === held ? `epoch ${wish.epoch}` : `epoch ${wish.epoch}, with the plan's records`,
  });
}

/** What is held, and of what is planned the address types that the fence lists and hands took. */
function withGone(
  held: PlannedContent | undefined,
  fence: Fence | undefined,
  planned: PlannedContent | undefined,
): PlannedContent | undefined {
  if (held === undefined || fence === undefined || planned === undefined) return held ?? planned;
  if (held.rrsets.some(({ type }) => type === "CNAME")) return held;
  const gone = planned.rrsets.filter(({ type }) => {
    const isListed = (type === "A" || type === "AAAA") && fence.types.includes(type);
    return isListed && !held.rrsets.some((rrset) => rrset.type === type);
  });
  if (gone.length === 0) return held;
  const [first, ...others] = [...held.rrsets, ...gone].toSorted((left, right) => {
    return (typeCode(left.type) ?? 0) - (typeCode(right.type) ?? 0);
  });
  return first === undefined ? held : { answers: held.answers, rrsets: [first, ...others] };
}

function textsOf({ fence: found }: ReadReading): WriteCondition["fence"] {
  if (found.kind === "none") return undefined;
  return found.kind === "fence" ? found.text : found.texts;
}

type Retired = Pick<TombstoneChange, "digest" | "mark">;

/**
 * The tombstone that a name has: its fence says so, or the newest plan does where nothing answers
 * below a fence that is not believed. Where there is no fence, nothing is wrong. A tombstone far
 * ahead retires no name that the plan has serving: anybody's typing could have made it.
 */
function retiredBy(
  reading: ReadReading,
  isEmpty: boolean,
  entry: EntryKnown | undefined,
): Retired | undefined {
  const { fence: found } = reading;
  if (found.kind === "fence" && found.fence.mark?.kind === "tombstone") {
    const serves = entry !== undefined && entry.tombstone === undefined;
    if (serves && fenceFault(reading, entry) !== undefined) return undefined;
    return { digest: found.fence.digest, mark: found.fence.mark };
  }
  if (entry?.tombstone === undefined || !isEmpty || found.kind === "none") return undefined;
  return { digest: entry.digest, mark: entry.tombstone };
}

function nothingKnown({ fence }: ReadReading, entry: EntryKnown | undefined): string {
  if (entry?.tombstone !== undefined && fence.kind === "none") {
    return `it is retired (${entry.tombstone.id}), and answers nothing: there is nothing to mend`;
  }
  return (
    "it answers no address, and no plan can be asked for: pin addresses first, with " +
    '"holdfast override set --direct"'
  );
}

// A fence far above may be one that nobody believes: only the very epoch proves that we were here.
function isThere(fence: Fence, { epoch, entry }: EpochWish): boolean {
  return fence.epoch === epoch || (fence.epoch > epoch && isPlausible(fence, entry));
}
