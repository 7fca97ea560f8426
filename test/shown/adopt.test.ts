// A name that existed before Holdfast is Holdfast's once a person says so, and not before.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { freePlaces, until } from "../processes/instance.ts";
import { startBind, withBind } from "./bindPeer.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { digShort, holdfast, nsupdate } from "./tools.ts";

const NAME = `www.${ZONE}`;
const OLD = "192.0.2.7";
const ENDPOINT_LINE = `
endpoints:
  - { name: www, zone: ${ZONE}, pools: [signin], answers: all }`;

test(
  "records that were not ours stay until the name is adopted, and the plan follows then",
  needs("named", "dig", "nsupdate"),
  async () => {
    const { dnsPort: bindPort } = await freePlaces();
    let text = "";
    const region = await demoRegion((example) => {
      text = withBind(example, bindPort);
      return text;
    });
    const bind = startBind(region, bindPort, [`www IN A ${OLD}`]);
    const { dnsPort } = region.places;
    const everywhere = async (wanted: (addresses: readonly string[]) => boolean) => {
      const answers = [await digShort(dnsPort, NAME, "A"), await digShort(bindPort, NAME, "A")];
      assert.ok(
        answers.every(({ length }) => length > 0),
        "it never stops answering",
      );
      return answers.every(wanted);
    };
    try {
      await region.up();
      const operatorKey = join(region.state, "keys", "operator.key");
      const added = await nsupdate(dnsPort, operatorKey, [
        `zone ${ZONE}.`,
        `update add ${NAME}. 60 A ${OLD}`,
      ]);
      assert.equal(added.code, 0, added.stderr);
      writeFileSync(region.config, text.replace("\nendpoints:", ENDPOINT_LINE));
      const reloaded = await holdfast(region.state, "reload");
      assert.equal(reloaded.code, 0, reloaded.stderr);

      const other = `signin.${ZONE}`;
      const fence = async () => (await digShort(bindPort, `_holdfast.${other}`, "TXT")).join();
      const before = await fence();
      assert.equal((await holdfast(region.state, "drain", "lb-a1")).code, 0);
      await until("enacts the next plan", async () => (await fence()) !== before);
      assert.ok(await everywhere((addresses) => addresses.join() === OLD), "it is not ours yet");

      const unasked = await holdfast(region.state, "adopt", "www");
      assert.equal(unasked.code, 2, "without a terminal it must be confirmed by name");
      assert.match(unasked.stderr, new RegExp(OLD));
      assert.ok(await everywhere((addresses) => addresses.join() === OLD));

      const confirmed = ["--confirm", NAME, "--reason", "ours from today on"];
      const adopted = await holdfast(region.state, "adopt", "www", ...confirmed);
      assert.equal(adopted.code, 0, `${adopted.stdout}${adopted.stderr}`);
      await until("gets the plan's answer", () => {
        return everywhere((addresses) => !addresses.includes(OLD));
      });
      const again = await holdfast(region.state, "adopt", "www", ...confirmed);
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stdout, /already/);
    } finally {
      await bind.stop();
      await region.dispose();
    }
  },
);
