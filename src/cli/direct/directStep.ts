import { type Name, typeCode } from "../../dns/index.ts";
import {
  type EndpointWrite,
  entryDigest,
  FENCE_OCTETS_MAX,
  type Fence,
  fenceText,
  type PlannedContent,
  rrsetOf,
  type WriteCondition,
  weightsOf,
} from "../../plan/index.ts";

/** What a person's hand does next about one name in one zone store. */
export type DirectStep =
  /** It is as wanted: nothing to write. */
  | { readonly kind: "done"; readonly text: string }
  | {
      readonly kind: "write";
      readonly write: EndpointWrite;
      /** What will be served once it is written; undefined for a name that stays retired. */
      readonly content: PlannedContent | undefined;
      /** What the write does, for people. */
      readonly text: string;
    }
  /** One sentence: why not, and what to do instead. */
  | { readonly kind: "refused"; readonly problem: string };

/** What a write by a person is made from; types and digest of its fence follow from the content. */
export interface DirectChange {
  readonly endpoint: Name;
  readonly content: PlannedContent;
  readonly fence: Pick<Fence, "epoch" | "generation" | "edition" | "mark">;
  readonly condition: Omit<WriteCondition, "gate">;
  /** RR types deleted before, besides those that are written. */
  readonly deletes: readonly number[];
  readonly text: string;
}

/** The step that makes a change: a person's own act, so no gate holds it. */
export function writeStep(change: DirectChange): DirectStep {
  const { endpoint, content, condition } = change;
  const types = content.rrsets.map(({ type }) => type);
  const { mark, ...position } = change.fence;
  const digest = entryDigest({ endpoint, ...content });
  const fence: Fence = { ...position, types, digest, ...(mark === undefined ? {} : { mark }) };
  const octets = fenceText(fence).length;
  if (octets > FENCE_OCTETS_MAX) return tooLong(octets);
  const deleteTypes = new Set([
    ...change.deletes,
    ...types.flatMap((type) => typeCode(type) ?? []),
  ]);
  const write: EndpointWrite = {
    endpoint,
    condition: { ...condition, gate: "unchecked" },
    deleteTypes: [...deleteTypes].sort((left, right) => left - right),
    rrsets: content.rrsets.map((planned) => rrsetOf(endpoint, planned)),
    weights: weightsOf(content.rrsets, content.answers),
    fence,
  };
  return { kind: "write", write, content, text: change.text };
}

/** A retired name's fence, written anew: the name stays retired, and what stands there stays. */
export interface TombstoneChange extends Pick<DirectChange, "endpoint" | "condition"> {
  readonly digest: string;
  readonly mark: Extract<Fence["mark"], { readonly kind: "tombstone" }>;
  readonly position: Pick<Fence, "epoch" | "generation" | "edition">;
}

/** The step that makes that change. */
export function tombstoneStep(change: TombstoneChange): DirectStep {
  const { endpoint, condition, digest, mark, position } = change;
  const fence: Fence = { ...position, types: [], digest, mark };
  const octets = fenceText(fence).length;
  if (octets > FENCE_OCTETS_MAX) return tooLong(octets);
  const write: EndpointWrite = {
    endpoint,
    condition: { ...condition, gate: "unchecked" },
    deleteTypes: [],
    rrsets: [],
    weights: undefined,
    fence,
  };
  const text = `epoch ${position.epoch}, retired (${mark.id}) as before`;
  return { kind: "write", write, content: undefined, text };
}

function tooLong(octets: number): DirectStep {
  const problem = `its fence must be <= ${FENCE_OCTETS_MAX} octets: it would have ${octets}`;
  return { kind: "refused", problem };
}

/** Seconds of the clock: above any edition that was ever counted up where none can be read. */
export function editionOfClock(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}
