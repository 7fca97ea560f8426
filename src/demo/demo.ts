import type { Log } from "../base/index.ts";
import { serveControl } from "./control.ts";
import type { DemoTarget } from "./demoTarget.ts";
import type { DemoState } from "./loadBalancer.ts";
import { LoadBalancers } from "./loadBalancers.ts";

/** What a demo needs. */
export interface DemoParts {
  readonly targets: readonly DemoTarget[];
  /** Where the control socket is made; at most 100 octets. */
  readonly socketPath: string;
  readonly log: Log;
}

/** Made-up load balancers that run, with their control socket. */
export interface Demo {
  states(): readonly DemoState[];
  /** Ends all listeners and the control socket. */
  close(): Promise<void>;
}

/**
 * Starts the made-up load balancers and their control. Throws DemoError `port-in-use`,
 * `address-unusable`, `not-loopback` or `socket-unusable`; nothing is left running then.
 */
export async function startDemo(parts: DemoParts): Promise<Demo> {
  const { targets, socketPath, log } = parts;
  const balancers = await LoadBalancers.start(targets);
  try {
    const control = await serveControl(balancers, socketPath);
    log.info("made-up load balancers serve", { targets: targets.length });
    return {
      states: () => balancers.states(),
      close: async () => {
        await control.close();
        await balancers.close();
      },
    };
  } catch (error) {
    await balancers.close();
    throw error;
  }
}
