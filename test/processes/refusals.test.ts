// What a start refuses: a clear message, a non-zero exit, nothing changed.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { configText, withRegion } from "./instance.ts";

test("a second instance on the same state is refused, and the first goes on", async () => {
  await withRegion(async (region) => {
    const first = await region.up();
    const { code, output } = await region.start().ended;
    assert.equal(code, 1);
    const words = `another instance (process ${first.child.pid}) runs on ${region.state}`;
    assert.ok(output.includes(words), output);
    await region.answers(region.places.addresses);
    assert.equal((await first.stop()).code, 0);
  });
});

test("a DNS port in use (TCP) is refused, and nothing was changed", async () => {
  await withRegion(async (region) => {
    const server = createServer().listen(region.places.dnsPort, "127.0.0.1");
    await once(server, "listening");
    const { code, output } = await region.start().ended;
    server.close();
    assert.equal(code, 1);
    assert.match(output, /Cannot listen on TCP 127\.0\.0\.1:\d+ \(dns\.listen\)/);
    assert.equal(existsSync(region.state), false);
  });
});

test("a DNS port in use (UDP, shared with SO_REUSEPORT or not) is refused", async () => {
  await withRegion(async (region) => {
    const socket = createSocket("udp4").bind(region.places.dnsPort, "127.0.0.1");
    await once(socket, "listening");
    const { code, output } = await region.start().ended;
    socket.close();
    assert.equal(code, 1);
    assert.match(output, /Cannot listen on UDP 127\.0\.0\.1:\d+ \(dns\.listen\)/);
    assert.equal(existsSync(region.state), false);
  });
});

test("an API port in use is refused, and nothing was changed", async () => {
  await withRegion(async (region) => {
    const server = createServer().listen(region.places.apiPort, "127.0.0.1");
    await once(server, "listening");
    const { code, output } = await region.start().ended;
    server.close();
    assert.equal(code, 1);
    assert.match(output, /\(api\.listen\)/);
    assert.equal(existsSync(region.state), false);
  });
});

test("a state folder that cannot be written is refused", async () => {
  await withRegion(async (region) => {
    writeFileSync(region.state, "a file where the folder should be");
    const { code, output } = await region.start().ended;
    assert.equal(code, 1);
    assert.match(output, /Cannot use the state folder .* as it must be writable/);
  });
});

test("a broken configuration ends with 3, lists every error, and changes nothing", async () => {
  await withRegion(async (region) => {
    const text = configText(region.places);
    writeFileSync(
      region.config,
      text.replace("capacity: 100", "capacity: lots").replace("ttl: 5s", "tttl: 5s"),
    );
    const { code, output } = await region.start().ended;
    assert.equal(code, 3);
    assert.match(output, /holdfast\.yaml:\d+:\d+: targets\[0\]\.capacity/);
    assert.match(output, /tttl/);
    assert.equal(existsSync(region.state), false);
  });
});

test("a configuration that is missing is refused with what to do", async () => {
  await withRegion(async (region) => {
    const { code, output } = await region.start(["-c", join(region.folder, "none.yaml")]).ended;
    assert.notEqual(code, 0);
    assert.match(output, /none\.yaml/);
    assert.equal(existsSync(region.state), false);
  });
});

test("another region's state folder is refused, and stays as it is", async () => {
  await withRegion(async (region) => {
    mkdirSync(region.state);
    writeFileSync(join(region.state, "region"), "euw1\n");
    const { code, output } = await region.start().ended;
    assert.equal(code, 1);
    assert.match(output, /belongs to one region: it holds euw1/);
    assert.equal(readFileSync(join(region.state, "region"), "utf8"), "euw1\n");
    assert.deepEqual(readdirSync(region.state).includes("settings.json"), false);
  });
});
