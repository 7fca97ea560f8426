import { contentOf, holdingsOf, type ReadReading } from "../../enact/index.ts";
import { comparePositions, type PlannedContent } from "../../plan/index.ts";
import type { HeldView } from "../apiDeps.ts";
import type { ApiContext } from "../context.ts";
import { heldBounded } from "../heldBounded.ts";
import type { EndpointFacts } from "../overview.ts";

/** What the fences and records of an endpoint say, as far as its zone stores could be read. */
export interface FenceWord {
  /** Ids of overrides that last. */
  readonly overrides: readonly string[];
  /** Ids of tombstones. */
  readonly tombstones: readonly string[];
  /** What it answers now, by the newest fence; undefined where it answers nothing. */
  readonly content: PlannedContent | undefined;
  /** Stores where it has records and no fence: enactors do not touch them. */
  readonly unfenced: readonly string[];
  /** What could not be read: `embedded: it gave no answer`. */
  readonly unread: readonly string[];
}

/** Asks the zone stores what they hold of an endpoint, in bounded time. Never rejects. */
export async function readFences(context: ApiContext, facts: EndpointFacts): Promise<FenceWord> {
  return fenceWord(context, facts, await heldBounded(context, facts));
}

/** Sorts what the zone stores hold of an endpoint. */
function fenceWord(
  { deps }: ApiContext,
  { zone }: EndpointFacts,
  held: readonly HeldView[],
): FenceWord {
  const nowMs = deps.clock.wallMs();
  const stores = deps.settings().stores;
  const ofStore = (storeId: string, reading: ReadReading): PlannedContent | undefined => {
    const ownsWholeName = stores.find(({ id }) => id === storeId)?.kind === "embedded";
    return contentOf(holdingsOf(reading, zone, ownsWholeName).ours, reading.weights);
  };
  const read = held.flatMap(({ storeId, reading }) => {
    return reading.kind === "read" ? [{ storeId, reading }] : [];
  });
  const marks = read.flatMap(({ reading: { fence } }) => {
    return fence.kind === "fence" && fence.fence.mark !== undefined ? [fence.fence.mark] : [];
  });
  const idsOf = (kind: "override" | "tombstone"): string[] => {
    const lasting = marks.filter((mark) => {
      return mark.kind === kind && (mark.kind === "tombstone" || mark.untilMs > nowMs);
    });
    return [...new Set(lasting.map(({ id }) => id))];
  };
  const contents = read
    .toSorted((left, right) => newestFirst(left.reading, right.reading))
    .map(({ storeId, reading }) => ({ storeId, reading, content: ofStore(storeId, reading) }));
  return {
    overrides: idsOf("override"),
    tombstones: idsOf("tombstone"),
    content: contents.find(({ content }) => content !== undefined)?.content,
    unfenced: contents.flatMap(({ storeId, reading, content }) => {
      return reading.fence.kind === "none" && content !== undefined ? [storeId] : [];
    }),
    unread: held.flatMap(({ storeId, reading }) => {
      return reading.kind === "read" ? [] : [`${storeId}: ${reading.problem}`];
    }),
  };
}

function newestFirst({ fence: left }: ReadReading, { fence: right }: ReadReading): number {
  if (left.kind === "fence" && right.kind === "fence") {
    return comparePositions(right.fence, left.fence);
  }
  return Number(right.kind === "fence") - Number(left.kind === "fence");
}
