import { DemoError } from "./demoError.ts";
import { type DemoTarget, loopbackAddress } from "./demoTarget.ts";
import { type DemoState, LoadBalancer } from "./loadBalancer.ts";

/** Which load balancers are meant: some by id, or all of an availability zone. */
export type DemoSelection = { readonly targets: readonly string[] } | { readonly zone: string };

/** All made-up load balancers of a region. */
export class LoadBalancers {
  readonly #byId: ReadonlyMap<string, LoadBalancer>;
  /** Changes run one after another, so that `fail` and `heal` of one target never cross. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(balancers: readonly LoadBalancer[]) {
    this.#byId = new Map(balancers.map((balancer) => [balancer.id, balancer]));
  }

  /**
   * Starts all of them, or none. Throws DemoError `port-in-use`, `address-unusable`, or
   * `not-loopback` before anything was started.
   */
  static async start(targets: readonly DemoTarget[]): Promise<LoadBalancers> {
    for (const { id, address } of targets) loopbackAddress(id, address);
    const balancers = targets.map((target) => new LoadBalancer(target));
    try {
      await allDone(balancers.map((balancer) => balancer.heal()));
    } catch (error) {
      await Promise.all(balancers.map((balancer) => balancer.fail()));
      throw error;
    }
    return new LoadBalancers(balancers);
  }

  /** How each is, in the order of the targets given. */
  states(): readonly DemoState[] {
    return [...this.#byId.values()].map((balancer) => balancer.state);
  }

  /** Refuses connections. Throws DemoError `unknown-target` or `unknown-zone`. */
  fail(selection: DemoSelection): Promise<readonly DemoState[]> {
    return this.#change(selection, (balancer) => balancer.fail());
  }

  /** Serves again, without delay. Throws as `fail` does, and `port-in-use` and its like. */
  heal(selection: DemoSelection): Promise<readonly DemoState[]> {
    return this.#change(selection, (balancer) => balancer.heal());
  }

  /** Makes each answer wait. Throws as `fail` does. */
  slow(selection: DemoSelection, delayMs: number): Promise<readonly DemoState[]> {
    return this.#change(selection, async (balancer) => balancer.slow(delayMs));
  }

  /** Ends all listeners. */
  async close(): Promise<void> {
    const everyone = { targets: [...this.#byId.keys()] };
    await this.fail(everyone);
  }

  #change(
    selection: DemoSelection,
    act: (balancer: LoadBalancer) => Promise<void>,
  ): Promise<readonly DemoState[]> {
    const step = async (): Promise<readonly DemoState[]> => {
      const selected = this.#select(selection);
      await allDone(selected.map(act));
      return selected.map((balancer) => balancer.state);
    };
    const done = this.#tail.then(step, step);
    this.#tail = done.catch(() => undefined); // the caller hears of it
    return done;
  }

  #select(selection: DemoSelection): readonly LoadBalancer[] {
    if ("zone" in selection) {
      const { zone } = selection;
      const inZone = [...this.#byId.values()].filter((one) => one.availabilityZone === zone);
      if (inZone.length === 0) throw unknownZone(zone, this.#byId);
      return inZone;
    }
    return selection.targets.map((target) => {
      const found = this.#byId.get(target);
      if (found === undefined) throw unknownTarget(target, this.#byId);
      return found;
    });
  }
}

/** Names listed in a message: enough to find a misspelling. */
const NAMES_SHOWN_MAX = 12;

// Waits for all, so that no step goes on behind a failure that was already told.
async function allDone(steps: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(steps);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

function unknownTarget(target: string, known: ReadonlyMap<string, LoadBalancer>): DemoError {
  return new DemoError(
    { code: "unknown-target", target },
    `Cannot change the load balancer ${target} as it must be one of ${listed(known.keys())}`,
  );
}

function unknownZone(zone: string, known: ReadonlyMap<string, LoadBalancer>): DemoError {
  const zones = new Set([...known.values()].map((balancer) => balancer.availabilityZone));
  return new DemoError(
    { code: "unknown-zone", zone },
    `Cannot change the availability zone ${zone} as it must be one of ${listed(zones)}`,
  );
}

function listed(names: Iterable<string>): string {
  const all = [...names];
  const more = all.length - NAMES_SHOWN_MAX;
  const shown = all.slice(0, NAMES_SHOWN_MAX).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
