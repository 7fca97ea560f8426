import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { withDemo, ZONE } from "./demoRegion.ts";
import { dig, digShort, holdfastJson } from "./tools.ts";

interface EntryPage {
  readonly entries: readonly {
    readonly endpoint: string;
    readonly rrsets: readonly {
      readonly type: string;
      readonly records: readonly { readonly rdata: string }[];
    }[];
  }[];
}

test(
  "dig gets the planned addresses of every endpoint, over UDP and TCP",
  needs("dig"),
  async () => {
    await withDemo(async (region) => {
      const { dnsPort, apiPort } = region.places;
      const response = await fetch(`http://127.0.0.1:${apiPort}/v1/plans/newest?limit=1000`);
      const { entries } = (await response.json()) as EntryPage;
      assert.equal(entries.length, 7);
      for (const { endpoint, rrsets } of entries) {
        for (const { type, records } of rrsets) {
          const planned = new Set(records.map(({ rdata }) => rdata));
          for (const transport of ["+notcp", "+tcp"]) {
            const answered = await digShort(dnsPort, transport, endpoint, type);
            assert.ok(answered.length > 0, `${endpoint} ${type} answers`);
            for (const address of answered)
              assert.ok(planned.has(address), `${address} is planned`);
          }
        }
      }
      assert.match(await dig(dnsPort, `nothing.${ZONE}`, "A"), /status: NXDOMAIN[\s\S]*SOA/);
      assert.match(
        await dig(dnsPort, `ipv6.dynamodb.${ZONE}`, "A"),
        /status: NOERROR[\s\S]*ANSWER: 0/,
      );
      assert.match(await dig(dnsPort, "elsewhere.example", "A"), /status: REFUSED/);
      const status = (await holdfastJson(region.state, "status")) as { generation: number };
      assert.ok(status.generation >= 1);
    });
  },
);
