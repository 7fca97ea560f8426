import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { SimDisk } from "../../../sim/simDisk.ts";
import { hexText, SILENT_LOG } from "../../base/index.ts";
import { FakeNetwork } from "../fakeNetwork.suite.ts";
import { Nameserver } from "../nameserver.ts";

/** What a server without zones says to octets in hexadecimal; undefined where it says nothing. */
async function reply(hex: string): Promise<string | undefined> {
  const network = new FakeNetwork();
  const nameserver = await Nameserver.start({
    setups: [],
    keys: [],
    listen: [{ address: "127.0.0.1", port: 5300 }],
    disk: new SimDisk(),
    clock: new SimClock(),
    chance: new SeededChance(1),
    log: SILENT_LOG,
    datagrams: network,
    streams: network,
  });
  const replies: Uint8Array[] = [];
  const digits = hex.replaceAll(/\s/g, "");
  network.sendUdp(Uint8Array.from(Buffer.from(digits, "hex")), replies);
  await nameserver.close();
  return replies[0] === undefined ? undefined : hexText(replies[0]);
}

const ROWS: readonly { readonly why: string; readonly sent: string; readonly got?: string }[] = [
  {
    why: "an unknown opcode is NOTIMP, whatever follows the header (RFC 8490 section 5.4)",
    sent: "1234 3000 0000 0000 0000 0000 0001 0004 00003a98",
    got: "1234 b004 0000 0000 0000 0000",
  },
  {
    why: "FORMERR repeats the question, in its letter case, where only the rest is malformed",
    sent: "1234 0100 0001 0000 0000 0000 0141 00 0001 0001 ff",
    got: "1234 8101 0001 0000 0000 0000 0141 00 0001 0001",
  },
  {
    why: "FORMERR has no question where that cannot be read",
    sent: "1234 0100 0001 0000 0000 0000 0141 c00c 0001 0001",
    got: "1234 8101 0000 0000 0000 0000",
  },
  {
    why: "RD comes back, and no other bit of the request: not AA, TC, RA, Z, AD nor CD",
    sent: "1234 07f0 0001 0000 0000 0000 0141 00 0001 0001",
    got: "1234 8105 0001 0000 0000 0000 0141 00 0001 0001",
  },
  { why: "a response is not answered", sent: "1234 8000 0001 0000 0000 0000 0141 00 0001 0001" },
  { why: "less than a header is not answered", sent: "1234 0000 0001 0000 0000 00" },
];

for (const { why, sent, got } of ROWS) {
  test(why, async () => {
    assert.equal(await reply(sent), got?.replaceAll(" ", ""));
  });
}
