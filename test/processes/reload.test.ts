// A configuration is taken up without a restart, and a broken one changes nothing.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SupervisorClient } from "../../src/supervise/index.ts";
import { needs } from "../peers.ts";
import { dig, nsupdate } from "../shown/tools.ts";
import { configText, type Region, until, withRegion } from "./instance.ts";

/** Of what a new process must not be needed for. */
async function pids(region: Region): Promise<readonly number[]> {
  return Promise.all(["nameserver", "enactor-az1", "enactor-az2"].map((id) => region.pid(id)));
}

const client = (region: Region): SupervisorClient =>
  new SupervisorClient(join(region.state, "sockets", "supervisor.sock"));

test("a reload serves what changed, starts what is new, and leaves all else", async () => {
  await withRegion(async (region) => {
    await region.up();
    const [first = "", second = ""] = region.places.addresses;
    await region.answers([first, second]);
    const before = await region.pid("planner");
    const text = configText(region.places)
      .replace("targets: [lb-1, lb-2]", "targets: [lb-2]")
      .replace("[enactor-az1, enactor-az2]", "[enactor-az1, enactor-az2, enactor-az3]");
    writeFileSync(region.config, text);
    const outcome = await client(region).reload("operator:test");
    assert.equal(outcome.kind, "accepted");
    await region.answers([second]);
    await until("runs a third enactor", async () => {
      const { processes } = await region.table();
      return processes.some(({ id, state }) => id === "enactor-az3" && state === "running");
    });
    assert.equal(await region.pid("planner"), before);
  });
});

test(
  "a reload lets a new key write and limits answers, while the nameserver answers on",
  needs("nsupdate", "dig"),
  async () => {
    await withRegion(async (region) => {
      await region.up();
      const { dnsPort } = region.places;
      const before = await pids(region);
      const secret = Buffer.from("a secret that is shared with one").toString("base64");
      const keyFile = join(region.folder, "one.conf");
      writeFileSync(join(region.folder, "one.secret"), `${secret}\n`);
      const key = `key "one.example." { algorithm hmac-sha256; secret "${secret}"; };\n`;
      writeFileSync(keyFile, key);
      const write = (name: string) =>
        nsupdate(dnsPort, keyFile, [`update add ${name}.use1.holdfast.example. 60 TXT it`]);
      assert.notEqual((await write("www")).code, 0, "nobody knows the key yet");

      const more = `  updateKeys: [{ key: one, names: [www], types: [TXT] }]
  rateLimit: { responsesPerSecond: 1, slip: 1, exempt: [] }
keys: [{ id: one, name: one.example, secretFile: one.secret }]
`;
      const listen = `dns: { listen: ["127.0.0.1:${dnsPort}"] }\n`;
      const text = configText(region.places);
      assert.ok(text.includes(listen));
      const dns = `dns:\n  listen: ["127.0.0.1:${dnsPort}"]\n${more}`;
      writeFileSync(region.config, text.replace(listen, dns));
      const outcome = await client(region).reload("operator:test");
      assert.ok(outcome.kind === "accepted", JSON.stringify(outcome));
      assert.deepEqual(outcome.restarted, []);

      await until("lets the new key write", async () => (await write("www")).code === 0);
      assert.match((await write("other")).stderr, /REFUSED/);
      const soa = ["+nocookie", "+ignore", "+tries=1", "use1.holdfast.example", "SOA"];
      await until("truncates what is over the limit", async () => {
        const answers = await Promise.all([dig(dnsPort, ...soa), dig(dnsPort, ...soa)]);
        return answers.some((answer) => /flags:[^;]* tc/.test(answer));
      });
      assert.deepEqual(await pids(region), before);
    });
  },
);

test("a reload of a broken configuration lists every error, and changes nothing", async () => {
  await withRegion(async (region) => {
    await region.up();
    const settings = readFileSync(join(region.state, "settings.json"), "utf8");
    const text = configText(region.places);
    writeFileSync(
      region.config,
      text.replace("capacity: 100", "capacity: 0").replace("http\n", "x\n"),
    );
    const outcome = await client(region).reload("operator:test");
    assert.ok(outcome.kind === "broken");
    assert.ok(outcome.findings.length >= 2);
    assert.equal(readFileSync(join(region.state, "settings.json"), "utf8"), settings);
    await region.answers(region.places.addresses);
  });
});

test("a reload that would make it another region is refused", async () => {
  await withRegion(async (region) => {
    await region.up();
    writeFileSync(region.config, configText(region.places).replace("region: use1", "region: euw1"));
    const outcome = await client(region).reload("operator:test");
    assert.equal(outcome.kind, "refused");
    await region.answers(region.places.addresses);
  });
});

test("a stop asked over the socket ends all of them", async () => {
  await withRegion(async (region) => {
    const instance = await region.up();
    await client(region).stop("operator:test");
    const { code, output } = await instance.ended;
    assert.equal(code, 0);
    assert.match(output, /Stopping \(asked by operator:test\)/);
    assert.deepEqual(region.leftRunning(), []);
  });
});
