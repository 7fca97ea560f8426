import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { withDemo, ZONE } from "./demoRegion.ts";
import { dig, digShort, nsupdate } from "./tools.ts";

const NAME = `dynamodb.${ZONE}.`;
const LYING_FENCE =
  "holdfast=1 epoch=0 generation=999 edition=9999 types=AAAA digest=AAAAAAAAAAAAAAAAAAAAAAAA";
const HOSTILE = [
  { lines: [`update delete ${NAME}`], why: "deletes everything at an endpoint" },
  { lines: [`update delete ${NAME} A`], why: "deletes the A records of an endpoint" },
  { lines: [`update delete ${NAME} AAAA`], why: "deletes the AAAA records of an endpoint" },
  { lines: [`update delete _holdfast.${NAME} TXT`], why: "deletes a fence" },
  {
    lines: [`update delete ${NAME} A`, `update add ${NAME} 5 A 192.0.2.66`],
    why: "changes records without their fence",
  },
  {
    lines: [`update delete ${NAME}`, `update add ${NAME} 5 CNAME elsewhere.example.`],
    why: "puts a CNAME in the place of an endpoint",
  },
  {
    lines: [`update add ${NAME} 5 CNAME elsewhere.example.`],
    why: "adds a CNAME beside the addresses",
  },
  { lines: [`update delete ns1.${ZONE}. A`], why: "takes the nameserver's own address away" },
  { lines: [`update add ${NAME} 5 NS ns.elsewhere.example.`], why: "delegates an endpoint away" },
  {
    lines: [
      `update add dynamodb-sub.${ZONE}. 5 NS x.example.`,
      `update add ${ZONE}. 5 DNAME x.example.`,
    ],
    why: "puts a DNAME over everything",
  },
  {
    lines: [
      `update delete _holdfast.${NAME} TXT`,
      `update delete ${NAME} A`,
      `update add _holdfast.${NAME} 30 TXT "${LYING_FENCE}"`,
    ],
    why: "empties A with a fence that says so",
  },
];

test(
  "nsupdate with a valid key cannot empty, hide or turn back an endpoint",
  needs("nsupdate", "dig"),
  async () => {
    await withDemo(async (region) => {
      const { dnsPort } = region.places;
      const key = join(region.state, "keys", "operator.key");
      const before = await digShort(dnsPort, "+tcp", NAME, "A");
      const fence = await digShort(dnsPort, `_holdfast.${NAME}`, "TXT");
      for (const { lines, why } of HOSTILE) {
        const { code, stderr } = await nsupdate(dnsPort, key, [`zone ${ZONE}.`, ...lines]);
        assert.notEqual(code, 0, `an UPDATE that ${why} must fail`);
        assert.match(stderr, /REFUSED/, why);
      }
      const unsigned = await nsupdate(dnsPort, "/dev/null", [`update delete ${NAME}`]);
      assert.notEqual(unsigned.code, 0, "without a key nothing is taken");
      assert.deepEqual(await digShort(dnsPort, `_holdfast.${NAME}`, "TXT"), fence);
      assert.equal((await digShort(dnsPort, "+tcp", NAME, "A")).length, before.length);

      const other = `plain.${ZONE}.`;
      const plain = await nsupdate(dnsPort, key, [`update add ${other} 60 MX 10 mail.example.`]);
      assert.equal(plain.code, 0, plain.stderr);
      assert.match(await dig(dnsPort, other, "MX"), /10 mail\.example\./);
    });
  },
);
