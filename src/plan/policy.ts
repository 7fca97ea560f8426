import type { Name } from "../dns/index.ts";
import type { Target } from "./target.ts";

/** How a target's health is found out. Referred to by `id`, so that pools share results. */
export interface Check {
  readonly id: string;
  readonly kind: "http" | "https" | "tcp";
  /** 1..65535 on the target's own address. */
  readonly port: number;
  /** For http and https: the request path; any 2xx is a pass. Ignored for tcp. */
  readonly path: string;
  /** For http and https: the Host header and TLS name; the target's address where absent. */
  readonly host?: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Each wait is drawn from intervalMs..intervalMs+jitterMs: checks do not march in step. */
  readonly jitterMs: number;
  /** Passes in a row before a target is up; failures in a row before it is down. */
  readonly rise: number;
  readonly fall: number;
}

/** A named set of targets with one health check. */
export interface Pool {
  readonly id: string;
  readonly checkId: string;
  /** In the order written; never empty. */
  readonly targetIds: readonly string[];
}

/** How fast capacity may leave an endpoint because of checks (operators are not held back). */
export interface Velocity {
  /** Largest share (0..1) of the capacity served at the window's peak that may be gone. */
  readonly fractionMax: number;
  readonly windowMs: number;
}

/** RR types an endpoint may be planned with. */
export type AddressType = "A" | "AAAA";

/** What a person wants for one service name. */
export interface EndpointPolicy {
  readonly name: Name;
  readonly zone: Name;
  /** In order of preference; the next serves when the one before is under its floor. */
  readonly poolIds: readonly string[];
  readonly types: readonly AddressType[];
  readonly ttlSeconds: number;
  /** Addresses per answer, where the server can choose: 1 or more, or the whole set. */
  readonly answers: number | "all";
  /** Fewest healthy targets a pool must have before checks alone may decide; at least 1. */
  readonly floor: number;
  readonly velocity: Velocity;
}

/** Where a zone's endpoints live and how its apex reads. */
export interface ZonePolicy {
  readonly name: Name;
  /** Ids of zone stores; each holds the whole zone, with fences of its own. */
  readonly storeIds: readonly string[];
}

/** What people want of the region, checked as a whole: every id refers to something that exists. */
export interface Policy {
  readonly region: string;
  readonly zones: readonly ZonePolicy[];
  readonly targets: readonly Target[];
  readonly checks: readonly Check[];
  readonly pools: readonly Pool[];
  readonly endpoints: readonly EndpointPolicy[];
}
