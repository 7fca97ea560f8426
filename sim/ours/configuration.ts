import type { Check, EndpointPolicy, Policy, Pool, Target } from "../../src/plan/index.ts";
import type { PolicyAct, Scene, SceneEndpoint } from "../schedule/act.ts";

/** The region of every world. */
export const REGION = "sim";
/** Who is on duty in every world. */
export const OPERATOR = "operator:ann";

const TTL_SECONDS = 5;
/** A target may fail this long before it is out: short beside a schedule. */
const CHECK: Check = {
  id: "check",
  kind: "tcp",
  port: 443,
  path: "/",
  intervalMs: 500,
  timeoutMs: 200,
  jitterMs: 50,
  rise: 1,
  fall: 2,
};

/** The configuration file of a world, as people leave it. */
export class Configuration {
  readonly #scene: Scene;
  #endpoints: readonly SceneEndpoint[];
  readonly #ttls = new Map<string, number>();
  readonly #types = new Map<string, SceneEndpoint["types"]>();
  /** More types than in the beginning, once wanted. */
  readonly #had = new Map<string, SceneEndpoint["types"]>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#endpoints = scene.endpoints;
  }

  /** An endpoint as it is configured now; undefined where it is not. */
  endpoint(name: string): SceneEndpoint | undefined {
    return this.#endpoints.find((endpoint) => endpoint.name === name);
  }

  get isEmpty(): boolean {
    return this.#endpoints.length === 0;
  }

  /** People put it right: it is not empty, and says every type that a name ever had. */
  putRight(): void {
    const kept = new Set(this.#endpoints.map(({ name }) => name));
    // A name that was planned, left out, and never adopted cannot be adopted without its plan.
    this.#endpoints = this.#scene.endpoints.filter(({ name, isForeign }) => {
      return kept.size === 0 || kept.has(name) || this.#types.has(name) || isForeign;
    });
    for (const { name, types } of this.#scene.endpoints) {
      if (this.#types.has(name)) this.#types.set(name, this.#had.get(name) ?? types);
    }
  }

  apply({ change }: PolicyAct): void {
    const all = this.#scene.endpoints;
    switch (change.kind) {
      case "ttl":
        this.#ttls.set(change.endpoint, change.ttlSeconds);
        return;
      case "types":
        this.#types.set(change.endpoint, change.types);
        if (change.types.length > 1) this.#had.set(change.endpoint, change.types);
        return;
      case "endpoint-removed":
        this.#endpoints = this.#endpoints.filter(({ name }) => name !== change.endpoint);
        return;
      case "endpoint-back": {
        const kept = new Set([...this.#endpoints.map(({ name }) => name), change.endpoint]);
        this.#endpoints = all.filter(({ name }) => kept.has(name));
        return;
      }
      case "emptied":
        this.#endpoints = [];
        return;
      case "restored":
        this.#endpoints = all;
        return;
    }
  }

  /** As the plan store takes it. */
  policy(): Policy {
    const { zone, targets, tuning } = this.#scene;
    const check = { ...CHECK, intervalMs: tuning?.checkIntervalMs ?? CHECK.intervalMs };
    const pool: Pool = { id: "pool", checkId: CHECK.id, targetIds: targets.map(({ id }) => id) };
    return {
      region: REGION,
      zones: [{ name: zone, storeIds: ["dns"] }],
      targets: targets.map(
        ({ id, ipv4, ipv6 }, index): Target => ({
          id,
          availabilityZone: "az1",
          ipv4,
          ipv6,
          capacity: tuning?.capacity ?? 50 * (index + 1),
        }),
      ),
      checks: [check],
      pools: [pool],
      endpoints: this.#endpoints.map((endpoint) => this.#endpointPolicy(endpoint)),
    };
  }

  /** As the policy has it; undefined where it does not. */
  endpointPolicy(name: string): EndpointPolicy | undefined {
    const endpoint = this.endpoint(name);
    return endpoint && this.#endpointPolicy(endpoint);
  }

  #endpointPolicy({ name, types, answers }: SceneEndpoint): EndpointPolicy {
    const { tuning } = this.#scene;
    return {
      name,
      zone: this.#scene.zone,
      poolIds: ["pool"],
      types: this.#types.get(name) ?? types,
      ttlSeconds: this.#ttls.get(name) ?? TTL_SECONDS,
      answers: answers ?? "all",
      floor: tuning?.floor ?? 1,
      velocity: tuning?.velocity ?? { fractionMax: 1, windowMs: 1_000 },
    };
  }
}
