import { type Name, RRType, typeText } from "../../dns/index.ts";
import { contentOf, type Holdings, holdingsOf, type ReadReading } from "../../enact/index.ts";
import { type Position, RECORDS_PER_TYPE_MAX } from "../../plan/index.ts";
import { type DirectStep, editionOfClock, writeStep } from "./directStep.ts";

/** A name that exists, and shall be Holdfast's. */
export interface AdoptWish {
  readonly zone: Name;
  /** The store keeps the whole name for Holdfast: our own nameserver. */
  readonly ownsWholeName: boolean;
  /** Address types that the plan has for it. */
  readonly plannedTypes: readonly string[];
  /** Where its fence shall stand: see {@link adoptedPosition}. */
  readonly position: Position;
  readonly nowMs: number;
}

/**
 * Right below the newest entry, so that this one is written next, and none before it can be: a name
 * whose fence a hand deleted had newer records than a stalled enactor knows. Below every plan where
 * there is no entry.
 */
export function adoptedPosition(entry: Position | undefined): Position {
  if (entry === undefined) return { epoch: 0, generation: 0 };
  return { epoch: entry.epoch, generation: Math.max(0, entry.generation - 1) };
}

/** Types that a plan's records take the place of. */
const TAKEN: ReadonlySet<number> = new Set([RRType.A, RRType.AAAA, RRType.CNAME, RRType.HTTPS]);
const ADDRESSES: readonly number[] = [RRType.A, RRType.AAAA];

/**
 * What makes a name Holdfast's that had records before: a fence below its plan, and nothing else.
 * The next plan takes the place of its records as of any older ones.
 */
export function adoptStep(reading: ReadReading, wish: AdoptWish): DirectStep {
  const { endpoint, fence } = reading;
  if (fence.kind === "fence") return { kind: "done", text: "it has a fence: it is Holdfast's" };
  if (fence.kind === "malformed") {
    const problem = 'it has a fence that cannot be read: the way out is "holdfast epoch raise"';
    return { kind: "refused", problem };
  }
  const { ours } = holdingsOf(reading, wish.zone, wish.ownsWholeName);
  const problem = takeOverProblem(ours, wish.plannedTypes);
  if (problem !== undefined) return { kind: "refused", problem };
  const content = contentOf(ours, reading.weights);
  if (content === undefined) {
    const nothing = "it has no records: there is nothing to adopt, the next plan makes it";
    return { kind: "refused", problem: nothing };
  }
  return writeStep({
    endpoint,
    content,
    fence: { ...wish.position, edition: editionOf(wish) },
    condition: { fence: undefined, nameNotInUse: false, records: ours },
    deletes: [],
    text: "adopted: the next plan takes the place of its records",
  });
}

// Below every plan there was no fence before; elsewhere there may have been one with any edition.
function editionOf({ position, nowMs }: AdoptWish): number {
  return position.generation === 0 ? 1 : editionOfClock(nowMs);
}

/** Why records that were not Holdfast's cannot be, for people; undefined where they can. */
export function takeOverProblem(
  held: Holdings["ours"],
  plannedTypes: readonly string[],
): string | undefined {
  const foreign = held.filter(({ type }) => !TAKEN.has(type)).map(({ type }) => typeText(type));
  if (foreign.length > 0) {
    return `a plan would take ${foreign.join(", ")} away with the rest: move them by hand first`;
  }
  const lacking = held
    .filter(({ type }) => ADDRESSES.includes(type) && !plannedTypes.includes(typeText(type)))
    .map(({ type }) => typeText(type));
  if (lacking.length > 0) {
    const types = lacking.join(", ");
    return `it answers ${types}, which its plan lacks: add it to the endpoint's types first`;
  }
  const large = held.find(({ rdata }) => rdata.length > RECORDS_PER_TYPE_MAX);
  if (large === undefined) return undefined;
  const count = `${large.rdata.length} records of ${typeText(large.type)}`;
  return `it has ${count}: at most ${RECORDS_PER_TYPE_MAX} can be held`;
}
