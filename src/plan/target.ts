/** A load balancer that endpoints may answer with. */
export interface Target {
  /** Human-readable and unique in the region, such as `lb-a1`. */
  readonly id: string;
  readonly availabilityZone: string;
  /** At least one of the two is there. Presentation format, canonical. */
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** Relative share of traffic it can take: a whole number in 1..65535. */
  readonly capacity: number;
}

/** What an operator wants of one target, whatever its checks say. */
export type ForcedState = "drain" | "up" | "down";

/** An operator's decision about one target; lasts until released. */
export interface Force {
  readonly targetId: string;
  readonly state: ForcedState;
  readonly actor: string;
  readonly reason: string;
  /** Wall clock, for people. */
  readonly sinceMs: number;
}
