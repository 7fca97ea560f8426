// How long the demo region takes from a load balancer's failure until no answer has it any more,
// beside the bound that its check promises: interval x fall + time-out + jitter + 1 s.
// Run: node bench/failover.ts
import { Resolver } from "node:dns/promises";
import { demoRegion, ZONE } from "../test/shown/demoRegion.ts";
import { holdfast } from "../test/shown/tools.ts";

const ROUNDS = 5;
/** Of the example's check, in milliseconds. */
const CHECK = { interval: 1_000, fall: 2, rise: 2, timeout: 500, jitter: 100 };
const BOUND_MS = CHECK.interval * CHECK.fall + CHECK.timeout + CHECK.jitter + 1_000;

const region = await demoRegion((text) => text.replaceAll(/answers: \d+/g, "answers: all"));
const resolver = new Resolver({ timeout: 500, tries: 2 });
resolver.setServers([`127.0.0.1:${region.places.dnsPort}`]);

/** Milliseconds until the number of addresses answered is `count`. */
async function untilAnswered(count: number): Promise<number> {
  const startMs = performance.now();
  while ((await resolver.resolve4(`dynamodb.${ZONE}`)).length !== count) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - startMs;
}

try {
  await region.up();
  await untilAnswered(9);
  for (let round = 1; round <= ROUNDS; round += 1) {
    await holdfast(region.state, "demo", "fail", "lb-a1");
    const outMs = await untilAnswered(8);
    await holdfast(region.state, "demo", "heal", "lb-a1");
    const backMs = await untilAnswered(9);
    console.log(
      `round ${round}: out of all answers after ${(outMs / 1000).toFixed(2)} s ` +
        `(bound ${(BOUND_MS / 1000).toFixed(1)} s), back after ${(backMs / 1000).toFixed(2)} s`,
    );
  }
} finally {
  await region.dispose();
}
