// An endpoint whose fence cannot be believed is set aside; the others go on; a person leads it out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { freePlaces, type Region, until } from "../processes/instance.ts";
import { startBind, withBind } from "./bindPeer.ts";
import { demoRegion, ZONE } from "./demoRegion.ts";
import { digShort, holdfast, nsupdate, type Ran } from "./tools.ts";

/** Names of the demo region whose plans all follow when the targets a1, b1 and c1 move. */
const GOOD = "dynamodb";
const MALFORMED = "signin";
const FAR_AHEAD = "streams.dynamodb";
const TWICE = "dynamodb.dualstack";
const IMPOSTOR = "111122223333.ddb";

/** Raises the epoch of a name, confirmed; it must succeed. */
async function raise(region: Region, name: string): Promise<Ran> {
  const full = `${name}.${ZONE}`;
  const confirmed = ["--confirm", full, "--reason", "looked at it"];
  const raised = await holdfast(region.state, "epoch", "raise", full, ...confirmed);
  assert.equal(raised.code, 0, `${name}: ${raised.stdout}${raised.stderr}`);
  return raised;
}

test(
  "endpoints with bad fences are set aside alone, and come back by a raised epoch",
  needs("named", "dig", "nsupdate"),
  async () => {
    const { dnsPort: bindPort } = await freePlaces();
    const region = await demoRegion((text) => withBind(text, bindPort));
    const bind = startBind(region, bindPort);
    const fenceAt = async (name: string): Promise<string> => {
      const texts = await digShort(bindPort, `_holdfast.${name}.${ZONE}`, "TXT");
      return texts.join("\n").replaceAll('"', "");
    };
    const answers = async (name: string): Promise<string> => {
      return (await digShort(bindPort, `${name}.${ZONE}`, "A")).join();
    };
    const lacks = (name: string, address: string) => async () => {
      return !(await answers(name)).includes(address);
    };
    try {
      await region.up();
      const names = [GOOD, MALFORMED, FAR_AHEAD, TWICE, IMPOSTOR];
      for (const name of names) {
        await until("is filled", async () => (await fenceAt(name)).startsWith("holdfast=1 "));
      }
      assert.equal((await holdfast(region.state, "pause", "--reason", "test")).code, 0);
      const bad = new Map<string, readonly string[]>([
        [MALFORMED, ["nonsense"]],
        [
          FAR_AHEAD,
          [(await fenceAt(FAR_AHEAD)).replace(/ generation=\d+ /, " generation=9000000 ")],
        ],
        [
          TWICE,
          [await fenceAt(TWICE), (await fenceAt(TWICE)).replace(/ edition=\d+ /, " edition=9 ")],
        ],
        [IMPOSTOR, [(await fenceAt(IMPOSTOR)).replace(/ digest=\S+/, " digest=0123456789abcdef")]],
      ]);
      for (const [name, texts] of bad) {
        const owner = `_holdfast.${name}.${ZONE}.`;
        const sent = await nsupdate(bindPort, bind.keyFile, [
          ...[`zone ${ZONE}.`, `update delete ${owner} TXT`],
          ...texts.map((text) => `update add ${owner} 30 TXT "${text}"`),
        ]);
        assert.equal(sent.code, 0, sent.stderr);
      }
      const before = new Map<string, string>();
      for (const name of names) before.set(name, await answers(name));
      const impostor = await fenceAt(IMPOSTOR);
      assert.equal((await holdfast(region.state, "resume")).code, 0);

      // Two plans of one generation: nobody says which, so nothing is written before a person does.
      await until("sees it issued twice", async () => {
        const { stdout } = await holdfast(region.state, "status", "--json");
        return stdout.includes("issued twice");
      });
      assert.equal(await fenceAt(IMPOSTOR), impostor);
      const led = await raise(region, IMPOSTOR);
      assert.match(led.stderr, /issued twice/);
      await until("comes back", async () =>
        / epoch=1 generation=[1-9]/.test(await fenceAt(IMPOSTOR)),
      );
      bad.delete(IMPOSTOR);

      // A plan for all of them: the good one follows on BIND, and on our nameserver all do.
      const gone = before.get(MALFORMED)?.split(",").at(0) ?? "";
      assert.equal((await holdfast(region.state, "drain", "lb-a1")).code, 0);
      await until("goes on with the others", lacks(GOOD, gone));
      for (const name of names) {
        await until("is enacted on our own nameserver", async () => {
          const held = await holdfast(region.state, "explain", `${name}.${ZONE}`, "--json");
          const view = JSON.parse(held.stdout) as {
            held: { storeId: string; state: string }[];
          };
          return view.held.some((one) => one.storeId === "embedded" && one.state === "current");
        });
      }
      for (const [name] of bad) {
        assert.equal(await answers(name), before.get(name), `${name} is left as it was`);
      }

      for (const [name] of bad) {
        const raised = await raise(region, name);
        assert.match(raised.stdout, /bind-a\s+written/);
        assert.doesNotMatch(raised.stdout, /embedded/, "the other store has nothing wrong");
      }
      for (const [name] of bad) {
        await until(`comes back (${name})`, lacks(name, gone));
        assert.match(await fenceAt(name), /^holdfast=1 epoch=1 generation=[1-9]\d* /);
      }
    } finally {
      await bind.stop();
      await region.dispose();
    }
  },
);
