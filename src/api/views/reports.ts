import { z } from "zod";

/**
 * What the API reads of the roles' own reports. Every part may be missing: a role of another
 * version, or one that has not reported yet, must not take the status page down.
 */
const Trouble = z.object({
  endpoint: z.string(),
  store: z.string(),
  standing: z.string(),
  why: z.string(),
});
export type Trouble = z.output<typeof Trouble>;

/** An override that a zone store holds in a fence. */
const SeenOverride = z.object({
  endpoint: z.string(),
  store: z.string(),
  id: z.string(),
  untilMs: z.number(),
});

const EnactorReport = z.object({
  generation: z.number().optional().catch(undefined),
  pending: z.number().optional().catch(undefined),
  confirmed: z.number().optional().catch(undefined),
  lagMs: z.number().optional().catch(undefined),
  quarantined: z.array(Trouble).optional().catch(undefined),
  troubles: z.array(Trouble).optional().catch(undefined),
  overrides: z.array(SeenOverride).optional().catch(undefined),
});
export type EnactorReport = z.output<typeof EnactorReport>;

const Counters = z.record(z.string(), z.number());

const UdpReport = z.object({
  by: z.string(),
  threads: z.number(),
  restarts: z.number(),
  reason: z.string().optional(),
  counts: z.object({
    limited: z.number(),
    slipped: z.number(),
    truncated: z.number(),
    cookiesValid: z.number(),
    faults: z.number(),
    unsent: z.number(),
  }),
});

const TransferReport = z.object({
  counts: Counters,
  secondaries: z.array(
    z.object({
      zone: z.string(),
      address: z.string(),
      askedSerial: z.number().optional(),
      transferredSerial: z.number().optional(),
      problem: z.string().optional(),
    }),
  ),
});

const DnssecReport = z.object({
  zones: z.array(z.object({ zone: z.string(), stage: z.string() })),
  problems: z.array(z.string()),
});

const NameserverReport = z.object({
  requests: Counters.optional().catch(undefined),
  responses: Counters.optional().catch(undefined),
  dropped: z.number().optional().catch(undefined),
  updatesAccepted: z.number().optional().catch(undefined),
  updatesConditionFailed: z.number().optional().catch(undefined),
  updatesRefused: z.number().optional().catch(undefined),
  refusals: Counters.optional().catch(undefined),
  tcp: z.object({ open: z.number(), evicted: z.number() }).optional().catch(undefined),
  udp: UdpReport.optional().catch(undefined),
  transfers: TransferReport.optional().catch(undefined),
  dnssec: DnssecReport.optional().catch(undefined),
  problems: z.array(z.string()).optional().catch(undefined),
  zones: z
    .array(z.object({ name: z.string(), serial: z.number() }))
    .optional()
    .catch(undefined),
});
export type NameserverReport = z.output<typeof NameserverReport>;

const OrderProblem = z.object({ id: z.string(), why: z.string() });

const WaitingRetirement = z.object({
  id: z.string(),
  dueAtMs: z.number(),
  waitsFor: z.string().optional(),
});

const PlannerReport = z.object({
  generation: z.number().optional().catch(undefined),
  orderProblems: z.array(OrderProblem).optional().catch(undefined),
  retirements: z.array(WaitingRetirement).optional().catch(undefined),
});
export type PlannerReport = z.output<typeof PlannerReport>;

/** The planner's report, as far as it can be read. */
export function plannerReport(report: unknown): PlannerReport {
  return PlannerReport.safeParse(report).data ?? {};
}

/** An enactor's report, as far as it can be read. */
export function enactorReport(report: unknown): EnactorReport {
  return EnactorReport.safeParse(report).data ?? {};
}

/** The nameserver's report, as far as it can be read. */
export function nameserverReport(report: unknown): NameserverReport {
  return NameserverReport.safeParse(report).data ?? {};
}
