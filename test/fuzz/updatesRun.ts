// Mutated messages that are signed after they were changed, so that what lies behind the signature
// meets them, too: updates, their conditions, and questions of those who may read everything.
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock, settle } from "../../sim/simClock.ts";
import { SimDisk } from "../../sim/simDisk.ts";
import { decodeMessage, nameOf, signMessage, type TsigKey } from "../../src/dns/index.ts";
import { FakeNetwork } from "../../src/nameserver/fakeNetwork.suite.ts";
import { Nameserver } from "../../src/nameserver/index.ts";
import { readCorpus } from "./corpus.ts";
import { mutated } from "./mutate.ts";

/** What a run of signed messages found. */
export interface UpdatesReport {
  readonly replies: number;
  /** Updates that were taken: without any, nothing was tested. */
  readonly accepted: number;
  readonly failures: readonly string[];
}

const KEY: TsigKey = {
  name: nameOf("fuzz."),
  algorithm: "hmac-sha256",
  secret: new TextEncoder().encode("0123456789abcdef0123456789abcdef"),
};
const APEX = nameOf("corners.test.");
const SETTLE_EVERY = 50;
const FAILURES_MAX = 20;
const HEADER_OCTETS = 12;

/** Hands `packets` signed messages, drawn from `seed`, to a nameserver in this process. */
export async function runUpdates(packets: number, seed: number): Promise<UpdatesReport> {
  const failures: string[] = [];
  const network = new FakeNetwork();
  const clock = new SimClock();
  const ns1 = nameOf(`ns1.${APEX}`);
  const setup = {
    name: APEX,
    primary: ns1,
    hostmaster: nameOf(`hostmaster.${APEX}`),
    nameservers: [{ name: ns1, addresses: ["192.0.2.53"] }],
    negativeTtlSeconds: 5,
    apexTtlSeconds: 60,
  };
  const nameserver = await Nameserver.start({
    setups: [setup],
    keys: [KEY],
    listen: [{ address: "127.0.0.1", port: 5300 }],
    disk: new SimDisk(),
    clock,
    chance: new SeededChance(1),
    log: {
      info: () => {},
      warn: () => {},
      error: (text, facts) => void failures.push(`${text} ${JSON.stringify(facts)}`),
    },
    datagrams: network,
    streams: network,
  });
  const unsigned = readCorpus().filter(({ name }) => !name.includes("tsig"));
  const updates = unsigned.filter(({ name }) => name.startsWith("nsupdate"));
  const corpora = [unsigned, updates].map((packets) => packets.map(({ bytes }) => bytes));
  const chance = new SeededChance(seed).fork("updates");
  const timeSeconds = Math.floor(clock.wallMs() / 1000);
  const replies: Uint8Array[] = [];
  let replyCount = 0;
  for (let sent = 0; sent < packets && failures.length < FAILURES_MAX; sent += 1) {
    const bytes = mutated(corpora[chance.below(2)] ?? [], chance);
    if (bytes.length < HEADER_OCTETS) continue;
    network.sendUdp(signMessage(bytes, KEY, { timeSeconds }).bytes, replies);
    if (sent % SETTLE_EVERY === 0) await settle();
    for (const reply of replies.splice(0)) {
      replyCount += 1;
      if (decodeMessage(reply).kind === "malformed") {
        failures.push(`${hex(bytes)} is answered with ${hex(reply)}`);
      }
    }
  }
  await settle();
  const accepted = nameserver.report().updatesAccepted;
  await nameserver.close();
  return { replies: replyCount, accepted, failures };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
