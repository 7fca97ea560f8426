import { mergePins, newNameProblem, type Pin } from "../../api/index.ts";
import { type Name, RRType, typeCode, typeText } from "../../dns/index.ts";
import {
  answering,
  contentOf,
  EDITION_MAX,
  type Holdings,
  holdingsOf,
  type ReadReading,
} from "../../enact/index.ts";
import {
  checkOverride,
  type Fence,
  type FenceFound,
  type NonEmpty,
  type PlannedContent,
  type PlannedRRset,
} from "../../plan/index.ts";
import { momentText } from "../output/time.ts";
import { takeOverProblem } from "./adoptStep.ts";
import { type DirectChange, type DirectStep, editionOfClock, writeStep } from "./directStep.ts";

/** An override that a person wants in DNS itself. */
export interface OverrideWish {
  readonly id: string;
  /** Wall clock, whole seconds. */
  readonly untilMs: number;
  readonly pins: NonEmpty<Pin>;
  readonly ttlSeconds: number | undefined;
  readonly zone: Name;
  /** The store keeps the whole name for Holdfast: our own nameserver. */
  readonly ownsWholeName: boolean;
  /** A name that holds nothing at all may be made. */
  readonly mayCreate: boolean;
  /** Address types that the configuration wants; absent for a name that it does not know. */
  readonly wantedTypes?: readonly string[];
  readonly nowMs: number;
}

const ADDRESSES: readonly string[] = ["A", "AAAA"];

type Place = Pick<DirectChange, "fence" | "condition" | "text">;

/** What brings a name, as just read, to answer what a person pins. */
export function overrideStep(reading: ReadReading, wish: OverrideWish): DirectStep {
  const { fence } = reading;
  const holdings = holdingsOf(reading, wish.zone, wish.ownsWholeName);
  if (fence.kind === "fence" && fence.fence.mark?.id === wish.id) {
    return { kind: "done", text: `pinned until ${momentText(wish.untilMs)}` };
  }
  const place = placeOf(fence, holdings, wish);
  if (typeof place === "string") return { kind: "refused", problem: place };
  const held = contentOf(holdings.ours, reading.weights);
  const content = mergePins(wish.pins, wish.ttlSeconds, held);
  const listed = fence.kind === "fence" ? fence.fence.types : [];
  const problem =
    aliasProblem(reading.endpoint, holdings, wish) ??
    (held === undefined && listed.length === 0
      ? newNameProblem(content, wish.wantedTypes ?? [])
      : undefined) ??
    contentProblem(reading.endpoint, content, held, listed);
  if (problem !== undefined) return { kind: "refused", problem };
  const deletes = [
    ...listed.flatMap((type) => typeCode(type) ?? []),
    ...holdings.ours.map(({ type }) => type),
    ...unseenTypes(content, reading.endpoint === wish.zone),
  ];
  return writeStep({ endpoint: reading.endpoint, content, deletes, ...place });
}

// Put there since it was read, they would silently swallow what is pinned (RFC 2136 section
// 3.4.2.2): an alias swallows addresses, and they an alias. At a zone's apex there is none.
function unseenTypes({ rrsets }: PlannedContent, isApex: boolean): readonly number[] {
  if (rrsets.some(({ type }) => type === "CNAME")) return [RRType.A, RRType.AAAA];
  return isApex ? [] : [RRType.CNAME];
}

// An address type that the fence lists and that is gone was taken away by hands: to pin it is what
// a person is here for, and to leave it out would leave it empty.
function contentProblem(
  endpoint: Name,
  content: PlannedContent,
  held: PlannedContent | undefined,
  listed: readonly string[],
): string | undefined {
  const has = (rrsets: readonly PlannedRRset[], type: string): boolean => {
    return rrsets.some((rrset) => rrset.type === type || rrset.type === "CNAME");
  };
  // A CNAME that the fence does not list was put there by a hand: it answers for nobody.
  const ours = (held?.rrsets ?? []).filter(({ type }) => type !== "CNAME" || listed.includes(type));
  const gone = ADDRESSES.filter((type) => listed.includes(type) && !has(ours, type));
  const left = gone.find((type) => !has(content.rrsets, type));
  if (left !== undefined) {
    return `Cannot pin it without ${left}, which hands took away: pin ${left} as well`;
  }
  const mended = content.rrsets.filter(({ type }) => gone.includes(type));
  const [first, ...rest] = [...(held?.rrsets ?? []), ...mended];
  const promised = first && { answers: content.answers, rrsets: [first, ...rest] as const };
  return checkOverride(content, promised, endpoint)[0];
}

function placeOf(found: FenceFound, holdings: Holdings, wish: OverrideWish): Place | string {
  const mark = { kind: "override" as const, id: wish.id, untilMs: wish.untilMs };
  const until = `pinned until ${momentText(wish.untilMs)}`;
  switch (found.kind) {
    case "none": {
      if (holdings.ours.length > 0) return takeOver(holdings, { mark, until, wish });
      if (!wish.mayCreate) return UNKNOWN_NAME;
      const hasBeside = holdings.beside.length > 0;
      return {
        fence: { epoch: 0, generation: 0, edition: 1, mark },
        // Beside records of others the name is in use; what is ours must be absent all the same.
        condition: {
          fence: undefined,
          nameNotInUse: !hasBeside,
          ...(hasBeside && { records: [] }),
        },
        text: `made, ${until}`,
      };
    }
    case "malformed":
      return overMalformed(found.texts, holdings, { mark, until, wish });
    case "fence": {
      const { fence, text } = found;
      const problem = fenceProblem(fence);
      if (problem !== undefined) return problem;
      const { epoch, generation, edition } = fence;
      return {
        fence: { epoch, generation, edition: edition + 1, mark },
        condition: { fence: text, nameNotInUse: false },
        text: fence.mark === undefined ? until : `${until}, in place of ${fence.mark.id}`,
      };
    }
  }
}

function fenceProblem(fence: Fence): string | undefined {
  if (fence.mark?.kind === "tombstone") {
    return `it is retired (${fence.mark.id}): bring it back with "holdfast revive"`;
  }
  if (fence.edition > EDITION_MAX) {
    return 'the edition of its fence cannot rise: first "holdfast epoch raise"';
  }
  return undefined;
}

const UNKNOWN_NAME =
  "it has no records, and the configuration does not know it: add --new to make it";

interface Pinned {
  readonly mark: NonNullable<Fence["mark"]>;
  readonly until: string;
  readonly wish: OverrideWish;
}

// Break-glass: "adopt" would want a plan that can be asked for. Types that are not pinned are kept.
function takeOver({ ours }: Holdings, { mark, until, wish }: Pinned): Place | string {
  const { wantedTypes = [], pins, nowMs } = wish;
  const types = ours.map(({ type }) => typeText(type));
  if (wantedTypes.length === 0) {
    const held = `it has records (${types.join(", ")}) that are not Holdfast's`;
    return `${held}, and the configuration does not know it: change them by hand, with nsupdate`;
  }
  // A CNAME takes the place of all: what a plan lacks is gone by then.
  const isAlias = pins.some(({ type }) => type === "CNAME");
  const problem = takeOverProblem(ours, isAlias ? types : wantedTypes);
  if (problem !== undefined) return `${problem}, or pin records by hand, with nsupdate`;
  return {
    fence: { epoch: 0, generation: 0, edition: editionOfClock(nowMs), mark },
    condition: { fence: undefined, nameNotInUse: false, records: ours },
    text: `${until}, in place of records without a fence`,
  };
}

// Where nothing answers, the way out by an epoch would need the records that this one brings.
function overMalformed(
  texts: readonly string[],
  { ours }: Holdings,
  { mark, until, wish }: Pinned,
): Place | string {
  if (answering(ours, ["A", "AAAA"]) !== "nothing") {
    return 'its fence cannot be read: first "holdfast epoch raise"';
  }
  return {
    fence: { epoch: 1, generation: 0, edition: editionOfClock(wish.nowMs), mark },
    condition: { fence: texts, nameNotInUse: false },
    text: `${until}, in place of a fence that could not be read`,
  };
}

// RFC 2136 section 3.4.2.2: a CNAME beside other types is ignored without a word.
function aliasProblem(
  endpoint: Name,
  { beside }: Holdings,
  { pins, zone }: OverrideWish,
): string | undefined {
  if (!pins.some(({ type }) => type === "CNAME")) return undefined;
  if (endpoint === zone) return "it is the apex of its zone: a CNAME cannot be there";
  if (beside.length === 0) return undefined;
  const types = beside.map(({ type }) => typeText(type)).join(", ");
  return `a CNAME cannot stand beside ${types}, which is not of Holdfast: move that by hand first`;
}
