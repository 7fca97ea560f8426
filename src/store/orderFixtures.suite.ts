import { nameOf } from "../dns/index.ts";
import type { Override, Retirement, Revival, Rollback } from "../plan/index.ts";
import { endpoint } from "./fixtures.suite.ts";

/** When every order here was asked for; its end is as many hours later as it says. */
const ASKED_AT_MS = 1_760_000_000_000;

function asked(label: string, id: string) {
  return {
    id,
    endpoint: endpoint(label),
    zone: nameOf("use1.holdfast.example."),
    actor: "operator:ann",
    reason: "the load balancers lie",
    atMs: ASKED_AT_MS,
  };
}

/** Records that a person pinned for some hours. */
export function override(label: string, id: string, hours = 2): Override {
  return {
    kind: "override",
    ...asked(label, id),
    untilMs: ASKED_AT_MS + hours * 3_600_000,
    answers: "all",
    rrsets: [{ type: "A", ttlSeconds: 30, records: [{ rdata: "192.0.2.77", weight: 1 }] }],
    direct: false,
  };
}

/** A name that shall be retired. */
export function retirement(label: string, id: string): Retirement {
  return { kind: "retirement", ...asked(label, id), holdDownMs: 86_400_000 };
}

/** A name that shall answer again. */
export function revival(label: string, id: string, tombstoneId: string): Revival {
  return { kind: "revival", ...asked(label, id), tombstoneId };
}

/** A name that shall answer as in an older plan. */
export function rollback(label: string, id: string): Rollback {
  const { answers, rrsets } = override(label, id);
  return { kind: "rollback", ...asked(label, id), toGeneration: 1, answers, rrsets };
}
