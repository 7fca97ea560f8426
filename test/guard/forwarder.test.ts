// The forwarder as a process, asked by dig, in front of servers that lie, sign and speak TLS.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import tls from "node:tls";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  makeResponse,
  parseRdata,
} from "../../src/dns/index.ts";
import { SignedServer, ZONE } from "../dnssec/signedServer.ts";
import { UnboundResolver } from "../dnssec/unboundResolver.ts";
import { missingPeers, needs, skipped } from "../peers.ts";
import { freePort } from "../processes/freePort.ts";
import { until } from "../processes/instance.ts";
import { holdfast, ran } from "../shown/tools.ts";
import { certificateFor } from "./certificate.ts";
import { ForwarderProcess } from "./forwarderProcess.ts";
import { RecursiveServer } from "./recursiveServer.ts";

const NAME = "api.shop.test";
const DIG = needs("dig");
const folder = mkdtempSync(join(tmpdir(), "hf-forwarder-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Values are held on to as soon as they were seen twice. */
function configFile(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, ["policy:", "  minAge: 0s", ...lines, ""].join("\n"));
  return path;
}

async function seenTwice(forwarder: ForwarderProcess, server: RecursiveServer): Promise<void> {
  const asked = () => server.asked.filter((one) => one === `A ${NAME}`).length;
  await until("asked twice", async () => {
    await forwarder.short(NAME);
    return asked() >= 2;
  });
}

test(
  "a name whose addresses vanish goes on, over UDP and TCP, and whoever is on call sees it",
  DIG,
  async () => {
    const server = new RecursiveServer();
    const upstream = `127.0.0.1#${await server.listen()}`;
    const config = configFile("hold.yaml", ["  confirm: 1h", "  proof: connections"]);
    const forwarder = await ForwarderProcess.start("--upstream", upstream, "--config", config);
    try {
      server.said.set(NAME, ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
      await seenTwice(forwarder, server);
      assert.deepEqual(await forwarder.short("+tcp", NAME, "AAAA"), ["2001:db8::1"]);
      server.said.set(NAME, "nodata");
      await until(
        "held it",
        async () =>
          (await forwarder.status()).held.length > 0 || (await forwarder.short(NAME)).length === 0,
      );
      const told = await forwarder.dig(NAME);
      assert.match(told, /EDE: 3 \(Stale Answer\): \(held: upstream says NODATA since/);
      assert.match(told, /api\.shop\.test\.\s+(\d|[12]\d|30)\s+IN\s+A\s+192\.0\.2\.[12]/);
      assert.deepEqual(await forwarder.short("+tcp", NAME), ["192.0.2.1", "192.0.2.2"]);
      assert.deepEqual(
        await forwarder.short("+cd", NAME),
        [],
        "with CD it is the upstream's truth",
      );
      const { held } = await forwarder.status();
      assert.deepEqual(
        held.filter(({ type }) => type === "A").map(({ name, denial }) => [name, denial]),
        [[`${NAME}.`, "NODATA"]],
      );
      assert.match(await forwarder.text("/metrics"), /^holdfast_guard_held_names [12]$/m);
      assert.match(await forwarder.text("/"), /Names held up: [12]/);
      assert.deepEqual(
        [await forwarder.codeFor("localhost:1"), await forwarder.codeFor("evil.example")],
        [200, 403],
      );
      assert.match(forwarder.said, /"event":"hold-began".*suddenly says NODATA/);
      configFile("hold.yaml", ["  guarded: false"]);
      forwarder.signal("SIGHUP");
      await until("took up the file", async () => (await forwarder.short(NAME)).length === 0);
      server.said.set(NAME, ["192.0.2.3"]);
      await until("took the new address", async () => {
        return (await forwarder.short(NAME)).join() === "192.0.2.3";
      });
      assert.equal(await forwarder.stop(), 0);
    } finally {
      await forwarder.stop();
      server.close();
    }
  },
);

test("held while TLS proves the addresses, also over a restart, and not after", DIG, async () => {
  const certificate = certificateFor(NAME);
  const service = tls.createServer(certificate, (socket) => socket.on("error", () => {}).end());
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  const { port } = service.address() as AddressInfo;
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, certificate.cert);
  const times = ["  confirm: 4s", "  proveEvery: 300ms", "  recheck: 300ms"];
  const config = configFile("prove.yaml", [
    ...times,
    `  port: ${port}`,
    "proveNetworks: [127.0.0.0/8]",
  ]);
  const server = new RecursiveServer();
  const upstream = `127.0.0.1#${await server.listen()}`;
  const memory = join(folder, "memory");
  const words = ["--upstream", upstream, "--config", config, "--ca", ca, "--memory", memory];
  let forwarder = await ForwarderProcess.start(...words);
  try {
    server.said.set(NAME, ["127.0.0.1"]);
    await seenTwice(forwarder, server);
    await forwarder.stop();
    server.said.set(NAME, "nxdomain");
    forwarder = await ForwarderProcess.start(...words);
    const endMs = performance.now() + 9000;
    let answers = 0;
    while (performance.now() < endMs) {
      assert.deepEqual(await forwarder.short(NAME), ["127.0.0.1"], forwarder.said);
      answers += 1;
    }
    assert.ok(answers > 2);
    service.close();
    await until("believed it", async () => (await forwarder.dig(NAME)).includes("NXDOMAIN"));
    await until("said so", async () => {
      return /"event":"denial-believed".*"why":"unproven"/.test(forwarder.said);
    });
  } finally {
    await forwarder.stop();
    server.close();
    service.close();
  }
});

const PEERS = missingPeers("dig", "delv", "unbound", "nsupdate");

test(
  "behind a validating unbound: signatures and AD pass, delv validates through it, and a " +
    "denial that is validated is believed at once",
  PEERS === undefined ? {} : skipped(PEERS),
  async () => {
    const signed = new SignedServer();
    const unbound = new UnboundResolver();
    await signed.start();
    const { unbound: anchor, bind } = await signed.anchors();
    await unbound.start(ZONE, signed.port, anchor);
    const config = configFile("unbound.yaml", ["  confirm: 1h", "  proof: connections"]);
    const words = ["--upstream", `127.0.0.1#${unbound.port}`, "--config", config];
    const forwarder = await ForwarderProcess.start(...words);
    try {
      const www = `www.${ZONE}`;
      const answer = await forwarder.dig("+dnssec", www);
      assert.match(answer, /flags:[^;]* ad[ ;]/);
      assert.match(answer, /RRSIG\s+A 13/);
      assert.doesNotMatch(await forwarder.dig(www), /RRSIG/);
      assert.match(await forwarder.dig("+dnssec", "+cd", www), /flags:[^;]* cd[ ;]/);
      const denied = await forwarder.dig("+dnssec", `nope.${ZONE}`);
      assert.match(denied, /status: NXDOMAIN[\s\S]*NSEC/);
      for (const [name, type] of [
        [www, "A"],
        [`alias.${ZONE}`, "AAAA"],
        [`mail.${ZONE}`, "MX"],
      ]) {
        const asked = ["@127.0.0.1", "-p", String(forwarder.port), "-a", bind, `+root=${ZONE}`];
        const { stdout } = await ran("delv", [...asked, name ?? "", type ?? ""]);
        assert.match(stdout, /; fully validated/, `${name} ${type}`);
      }
      await signed.update([`add brief.${ZONE}. 1 A 192.0.2.50`]);
      const brief = `brief.${ZONE}`;
      let times = 0;
      await until("saw it thrice", async () => {
        times += (await forwarder.short(brief)).length;
        await new Promise((resolve) => setTimeout(resolve, 1100));
        return times >= 3;
      });
      await signed.update([`delete brief.${ZONE}. A`]);
      await until("believed it", async () => {
        return (await forwarder.dig(brief)).includes("NXDOMAIN");
      });
      assert.doesNotMatch(forwarder.said, /hold-began/);
    } finally {
      await forwarder.stop();
      await unbound.stop();
      await signed.close();
    }
  },
);

test(
  "upstreams over TLS: the certificate must be the name's, and one connection is enough",
  DIG,
  async () => {
    const certificate = certificateFor("dns.test");
    let connections = 0;
    const server = tls.createServer({ ...certificate, ALPNProtocols: ["dot"] }, (socket) => {
      connections += 1;
      const reader = new FrameReader();
      socket.on("error", () => {});
      socket.on("data", (chunk: Buffer) => {
        for (const bytes of reader.push(new Uint8Array(chunk)))
          socket.write(frame(answerOf(bytes)));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ca = join(folder, "dot.pem");
    writeFileSync(ca, certificate.cert);
    const upstream = (name: string) => [
      "--upstream",
      `tls://127.0.0.1@${port}#${name}`,
      "--ca",
      ca,
    ];
    const forwarder = await ForwarderProcess.start(...upstream("dns.test"));
    const wrong = await ForwarderProcess.start(...upstream("other.test"));
    try {
      for (const label of ["a", "b", "c", "d"]) {
        assert.deepEqual(await forwarder.short(`${label}.test`), ["192.0.2.1"]);
      }
      assert.equal(connections, 1);
      assert.match(await wrong.dig("a.test"), /SERVFAIL/);
    } finally {
      await Promise.all([forwarder.stop(), wrong.stop()]);
      server.close();
    }
  },
);

/** 192.0.2.1, whatever is asked. */
function answerOf(bytes: Uint8Array): Uint8Array {
  const decoded = decodeMessage(bytes);
  assert.ok(decoded.kind === "message");
  const { message, questionWire } = decoded;
  const [question] = message.question;
  const parsed = parseRdata(1, "192.0.2.1");
  assert.ok(question && parsed.kind === "parsed");
  const answer = [{ ...question, ttlSeconds: 60, rdata: parsed.rdata }];
  return encodeMessage({ ...makeResponse(message, 0), ra: true, answer }, { questionWire });
}

test("what cannot be run says why and what to do, with an exit code of its own", DIG, async () => {
  const port = await freePort();
  const upstream = ["guard", "--upstream", `127.0.0.1#${port}`];
  const none = await holdfast(undefined, "guard");
  assert.deepEqual(
    [none.code, none.stderr],
    [2, "Name the servers that are asked: --upstream 192.0.2.53\n"],
  );
  const broken = join(folder, "broken.yaml");
  writeFileSync(broken, "policy:\n  confirm: soon\n");
  const config = await holdfast(undefined, ...upstream, "--config", broken);
  assert.equal(config.code, 3);
  assert.match(config.stderr, /broken\.yaml:2:12: policy\.confirm: Cannot take "soon" here/);
  const missing = await holdfast(undefined, ...upstream, "--config", join(folder, "none.yaml"));
  assert.equal(missing.code, 1);
  const server = await ForwarderProcess.start("--upstream", `127.0.0.1#${port}`);
  try {
    const taken = await holdfast(undefined, ...upstream, "--listen", `127.0.0.1:${server.port}`);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /another one has it.*\nSee who has it with "ss -lnptu"/);
  } finally {
    await server.stop();
  }
});
