import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { ApiWorld } from "../../api/world.suite.ts";
import { nameOf } from "../../dns/index.ts";
import { type CliWorld, settingsAt, withFolder } from "../world.suite.ts";

const Paused = z.object({
  outcomes: z.array(z.object({ zone: z.string(), outcome: z.string() })),
});

/** Two zones on a nameserver that nobody runs. */
function accept(cli: CliWorld): void {
  const settings = settingsAt(new ApiWorld(), 1);
  const [zone] = settings.zones;
  assert.ok(zone !== undefined);
  const listen = [{ address: "127.0.0.1", port: 1 }];
  cli.accept({
    ...settings,
    zones: [zone, { ...zone, name: nameOf("use2.holdfast.example") }],
    dns: { ...settings.dns, listen },
  });
}

test("pause ends with 1 where a zone store did not take it", () =>
  withFolder(async (cli) => {
    accept(cli);
    const { code, out } = await cli.run(["pause", "--json"]);
    assert.equal(code, 1);
    assert.deepEqual(Paused.parse(JSON.parse(out)).outcomes, [
      { zone: "use1.holdfast.example.", outcome: "failed" },
      { zone: "use2.holdfast.example.", outcome: "failed" },
    ]);
  }));

test("pause --zone is about that zone alone", () =>
  withFolder(async (cli) => {
    accept(cli);
    const { out } = await cli.run(["pause", "--json", "--zone", "use2.holdfast.example"]);
    const { outcomes } = Paused.parse(JSON.parse(out));
    assert.deepEqual(
      outcomes.map(({ zone }) => zone),
      ["use2.holdfast.example."],
    );
    const nosuch = await cli.run(["pause", "--zone", "use3.holdfast.example"]);
    assert.equal(nosuch.code, 2);
    assert.match(nosuch.err, /the zones are use1\.holdfast\.example\., use2\.holdfast\.example\./);
  }));
