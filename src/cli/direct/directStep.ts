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
      /** What will be served once it is written. */
      readonly content: PlannedContent;
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
  if (octets > FENCE_OCTETS_MAX) {
    const problem = `its fence must be <= ${FENCE_OCTETS_MAX} octets: it would have ${octets}`;
    return { kind: "refused", problem };
  }
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

/** Seconds of the clock: above any edition that was ever counted up where none can be read. */
export function editionOfClock(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}
