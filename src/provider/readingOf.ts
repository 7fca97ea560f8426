import { assertNever } from "../base/index.ts";
import type { Name, RRset } from "../dns/index.ts";
import {
  type FenceFound,
  type GateFound,
  parseFence,
  parseGate,
  parseWeights,
  type Reading,
  type Weights,
} from "../plan/index.ts";
import { readControlText } from "./controlText.ts";

/** What was found of one endpoint, as RRsets; undefined where there is none. */
export interface EndpointRRsets {
  readonly fence: RRset | undefined;
  readonly weights: RRset | undefined;
  readonly records: readonly RRset[];
}

/** RRsets found, as the reading that decisions are made on. */
export function readingOf(endpoint: Name, found: EndpointRRsets): Reading {
  const weights = weightsFound(found.weights);
  return {
    kind: "read",
    endpoint,
    fence: fenceFound(found.fence),
    rrsets: found.records.toSorted((left, right) => left.type - right.type),
    ...(weights === undefined ? {} : { weights }),
  };
}

function fenceFound(rrset: RRset | undefined): FenceFound {
  const found = readControlText(rrset, "one");
  if (found.kind !== "text") return found;
  const parsed = parseFence(found.text);
  switch (parsed.kind) {
    case "fence":
      return { kind: "fence", fence: parsed.fence, text: found.text };
    case "malformed":
      return { kind: "malformed", problem: parsed.problem, texts: [found.text] };
    default:
      return assertNever(parsed);
  }
}

function weightsFound(rrset: RRset | undefined): Weights | undefined {
  const found = readControlText(rrset, "joined");
  if (found.kind !== "text") return undefined;
  const parsed = parseWeights(found.text);
  return parsed.kind === "weights" ? parsed.weights : undefined;
}

/** A gate's RRset as it counts; undefined: the zone has none. */
export function gateFound(rrset: RRset | undefined): GateFound {
  const found = readControlText(rrset, "one");
  if (found.kind !== "text") return found;
  const parsed = parseGate(found.text);
  switch (parsed.kind) {
    case "gate":
      return { kind: "gate", gate: parsed.gate, text: found.text };
    case "malformed":
      return { kind: "malformed", problem: parsed.problem, texts: [found.text] };
    default:
      return assertNever(parsed);
  }
}
