import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { nameOf, RRType } from "../../dns/index.ts";
import { decodeStubMessage } from "../../dns/stub/index.ts";
import { Exchange } from "./exchange.ts";
import { FakeServer, respond } from "./fakeServer.suite.ts";
import { StubUpstream } from "./stubUpstream.ts";

test("a message that comes once this machine is in another network is told to nobody", async () => {
  const server = new FakeServer();
  const clock = new SimClock();
  const heard: string[] = [];
  let network = "home";
  const exchange = new Exchange({
    datagrams: server,
    streams: server,
    secureStreams: () => server,
    clock,
    chance: new SeededChance(7),
    mixesCase: false,
    decode: decodeStubMessage,
  });
  const stub = new StubUpstream({
    exchange,
    clock,
    servers: () => [{ address: "192.0.2.53", port: 53 }],
    network: () => network,
    isTrusted: () => false,
    heard: ({ name }) => heard.push(`${network} ${name}`),
  });
  const ask = async (whereItIsAnswered: string): Promise<void> => {
    server.udp = (query, wire) => {
      network = whereItIsAnswered;
      return [respond(query, wire, {})];
    };
    const asked = stub.ask(nameOf("api.example"), RRType.A);
    await clock.advance(0);
    await asked;
  };
  await ask("home");
  assert.deepEqual(heard, ["home api.example."]);
  await ask("office");
  assert.deepEqual(heard, ["home api.example."]);
  await ask("office");
  assert.deepEqual(heard, ["home api.example.", "office api.example."]);
});
