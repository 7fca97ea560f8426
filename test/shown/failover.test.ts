import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../processes/instance.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { holdfast } from "./tools.ts";
import { Watcher } from "./watcher.ts";

const NAME = `dynamodb.${ZONE}`;

test("failed load balancers leave, all failed fail open, healed ones come back", async () => {
  const region = await demoRegion((text) => text.replaceAll(/answers: \d+/g, "answers: all"));
  try {
    const instance = await region.up();
    const watcher = new Watcher(region.places.dnsPort, NAME);
    const explained = async (): Promise<string> =>
      (await holdfast(region.state, "explain", NAME)).stdout;
    const planned = async (): Promise<string> => JSON.stringify(await served(region.places));
    const whole = await planned();

    assert.equal((await holdfast(region.state, "demo", "fail", "lb-a1")).code, 0);
    await until("leaves lb-a1 out", async () => (await planned()) !== whole);
    await instance.says("lb-a1");
    assert.match(await explained(), /lb-a1.*(out|down)/);

    assert.equal((await holdfast(region.state, "demo", "heal", "lb-a1")).code, 0);
    await until("takes lb-a1 back", async () => (await planned()) === whole);

    for (const zone of ["use1-az1", "use1-az2", "use1-az3"]) {
      assert.equal((await holdfast(region.state, "demo", "fail", "--zone", zone)).code, 0);
    }
    await until("says that it failed open", async () =>
      /fail(s|ed|-)? ?open/i.test(await explained()),
    );
    await until("serves all", async () => (await planned()) === whole);
    const { stdout: status } = await holdfast(region.state, "status");
    assert.match(status, /fail-open|failed open/i);

    const { denials, sights } = await watcher.stop();
    assert.deepEqual(denials, [], "no answer was ever empty");
    assert.ok(sights.length > 0);
    console.log(`${sights.length} looks, no empty answer`);
  } finally {
    await region.dispose();
  }
});

/** The addresses of the newest plan for the endpoint. */
async function served({ apiPort }: { readonly apiPort: number }): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${apiPort}/v1/plans/newest?limit=1000`);
  const { entries } = (await response.json()) as {
    entries: { endpoint: string; rrsets: { type: string; records: { rdata: string }[] }[] }[];
  };
  const entry = entries.find(({ endpoint }) => endpoint === `${NAME}.`);
  return entry?.rrsets.flatMap(({ records }) => records.map(({ rdata }) => rdata)) ?? [];
}
