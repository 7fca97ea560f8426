import type { Name } from "../../dns/index.ts";
import {
  answering,
  contentOf,
  EDITION_MAX,
  EPOCHS_AHEAD_MAX,
  holdingsOf,
  type ReadReading,
} from "../../enact/index.ts";
import { comparePositions, type Fence, isFarAhead, type PlannedContent } from "../../plan/index.ts";
import { type DirectStep, editionOfClock, writeStep } from "./directStep.ts";

/** What is known of a name's newest entry, to judge fences by; undefined: nobody could be asked. */
export interface EntryKnown {
  readonly epoch: number;
  readonly generation: number;
  readonly digest: string;
  readonly content: PlannedContent;
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
  const isTwice = comparePositions(fence, entry) === 0 && fence.digest !== entry.digest;
  if (isTwice && fence.mark === undefined) {
    return `generation ${fence.generation} was issued twice: the plan's has another digest`;
  }
  return undefined;
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
 * stays as it is; only where it answers nothing, the newest entry is put there, if it is known.
 */
export function epochStep(reading: ReadReading, wish: EpochWish): DirectStep {
  const { endpoint, fence: found } = reading;
  const fence = found.kind === "fence" ? found.fence : undefined;
  if (fence?.mark?.kind === "tombstone") {
    const problem = `it is retired (${fence.mark.id}): bring it back with "holdfast revive"`;
    return { kind: "refused", problem };
  }
  if (fence !== undefined && isThere(fence, wish)) {
    return { kind: "done", text: `its fence has epoch ${fence.epoch}` };
  }
  const { ours } = holdingsOf(reading, wish.zone, wish.ownsWholeName);
  const isEmpty = answering(ours, ["A", "AAAA"]) === "nothing";
  const content = isEmpty ? wish.entry?.content : contentOf(ours, reading.weights);
  if (content === undefined) {
    const problem =
      "it answers no address, and no plan can be asked for: pin addresses first, with " +
      '"holdfast override set --direct"';
    return { kind: "refused", problem };
  }
  const canRise = fence !== undefined && fence.edition < EDITION_MAX;
  const edition = canRise ? fence.edition + 1 : editionOfClock(wish.nowMs);
  const mark = fence?.mark === undefined ? {} : { mark: fence.mark };
  const texts =
    found.kind === "fence" ? found.text : found.kind === "none" ? undefined : found.texts;
  return writeStep({
    endpoint,
    content,
    fence: { epoch: wish.epoch, generation: 0, edition, ...mark },
    condition: { fence: texts, nameNotInUse: false, records: ours },
    deletes: ours.map(({ type }) => type),
    text: isEmpty ? `epoch ${wish.epoch}, with the plan's records` : `epoch ${wish.epoch}`,
  });
}

// A fence far above may be one that nobody believes: only the very epoch proves that we were here.
function isThere(fence: Fence, { epoch, entry }: EpochWish): boolean {
  return fence.epoch === epoch || (fence.epoch > epoch && isPlausible(fence, entry));
}
