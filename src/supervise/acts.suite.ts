import { nameOf } from "../dns/index.ts";
import type { OperatorAct } from "./operatorActs.ts";

const ZONE = nameOf("use1.holdfast.example.");
const ENDPOINT = nameOf("signin.use1.holdfast.example.");
/** When the first of the acts here was done. */
export const FIRST_ACT_MS = 1_760_000_000_000;

function common(index: number) {
  return {
    id: `a-20251009-0853-aaa${index}`,
    atMs: FIRST_ACT_MS + index * 1_000,
    actor: "operator:ann",
    reason: "the load balancers lie",
    zone: ZONE,
    stores: ["embedded", "bind"],
  } as const;
}

/** An act of each kind, oldest first. */
export function sampleActs(): readonly [OperatorAct, ...OperatorAct[]] {
  const { actor, reason, zone, atMs } = common(1);
  return [
    { kind: "gate-set", ...common(0), automation: "repairs" },
    {
      kind: "override-set",
      ...common(1),
      override: {
        kind: "override",
        id: "o-signin-20251009-0853-k3xq",
        endpoint: ENDPOINT,
        zone,
        actor,
        reason,
        atMs,
        untilMs: FIRST_ACT_MS + 7_200_000,
        answers: "all",
        rrsets: [{ type: "A", ttlSeconds: 30, records: [{ rdata: "192.0.2.7", weight: 1 }] }],
        direct: true,
      },
    },
    { kind: "endpoint-adopted", ...common(2), endpoint: ENDPOINT, types: ["A", "AAAA"] },
    { kind: "epoch-raised", ...common(3), endpoint: ENDPOINT, epoch: 2 },
    {
      kind: "override-cleared",
      ...common(4),
      endpoint: ENDPOINT,
      overrideId: "o-signin-20251009-0853-k3xq",
    },
  ];
}
