import assert from "node:assert/strict";
import { test } from "node:test";
import { RRClass, RRType } from "../../dns/index.ts";
import { nsupdateScript } from "./nsupdateScript.ts";
import { NAME, rrset, ZONE } from "./zone.suite.ts";

test("nsupdateScript() says every condition and every step as nsupdate reads them", () => {
  const a = rrset("A", "192.0.2.1", "192.0.2.2");
  const [rdata] = a.rdata;
  assert.ok(rdata !== undefined);
  const record = { name: NAME, type: RRType.A, class: RRClass.IN, ttlSeconds: 60, rdata };
  const lines = nsupdateScript(
    { address: "127.0.0.1", port: 5300 },
    {
      zone: ZONE,
      prerequisites: [
        { kind: "rrset-is", rrset: a },
        { kind: "rrset-exists", name: NAME, type: RRType.A },
        { kind: "rrset-absent", name: NAME, type: RRType.CNAME },
        { kind: "name-in-use", name: NAME },
        { kind: "name-not-in-use", name: NAME },
      ],
      steps: [
        { kind: "delete-rrset", name: NAME, type: RRType.A },
        { kind: "add", record },
        { kind: "delete-record", name: NAME, type: RRType.A, rdata },
        { kind: "delete-name", name: NAME },
      ],
    },
  );
  assert.deepEqual(lines, [
    "server 127.0.0.1 5300",
    "zone use1.holdfast.example.",
    `prereq yxrrset ${NAME} IN A 192.0.2.1`,
    `prereq yxrrset ${NAME} IN A 192.0.2.2`,
    `prereq yxrrset ${NAME} IN A`,
    `prereq nxrrset ${NAME} IN CNAME`,
    `prereq yxdomain ${NAME}`,
    `prereq nxdomain ${NAME}`,
    `update delete ${NAME} IN A`,
    `update add ${NAME} 60 IN A 192.0.2.1`,
    `update delete ${NAME} IN A 192.0.2.1`,
    `update delete ${NAME}`,
    "send",
  ]);
});
