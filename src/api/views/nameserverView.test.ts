import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessRow } from "../../supervise/index.ts";
import { nameserverView, nameserverWarnings } from "./nameserverView.ts";

const UDP = {
  ...{ by: "threads", threads: 2, restarts: 0 },
  counts: { limited: 0, slipped: 0, truncated: 0, cookiesValid: 0, faults: 0, unsent: 0 },
};
const ZONE = "use1.holdfast.example.";

function row(report: unknown): ProcessRow {
  const head = { id: "nameserver", role: "nameserver", state: "running" } as const;
  return { ...head, sinceMs: 0, restarts: 0, report };
}

test("nameserverView() is nothing where no nameserver has said how it serves", () => {
  assert.equal(nameserverView([]), undefined);
  assert.equal(nameserverView([row(undefined)]), undefined);
  assert.equal(nameserverView([row({ udp: "soon" })]), undefined);
});

test("nameserverView() says which secondaries hold what is served now", () => {
  const secondaries = [
    { zone: ZONE, address: "192.0.2.1:53", transferredSerial: 7 },
    { zone: ZONE, address: "192.0.2.2:53", transferredSerial: 6, problem: "it does not answer" },
    { zone: ZONE, address: "192.0.2.3:53" },
    { zone: ZONE, address: "192.0.2.4:53", askedSerial: 7, transferredSerial: 5 },
  ];
  const zones = [{ name: ZONE, serial: 7 }];
  const view = nameserverView([row({ udp: UDP, zones, transfers: { counts: {}, secondaries } })]);
  assert.deepEqual(
    view?.secondaries.map(({ isCurrent }) => isCurrent),
    [true, false, false, true],
  );
  assert.ok(view !== undefined);
  assert.deepEqual(nameserverWarnings(view), [
    `The secondary 192.0.2.2:53 of ${ZONE} cannot be told of changes: it does not answer.`,
  ]);
});

test("nameserverWarnings() says why no threads serve, and what signing needs", () => {
  const udp = { ...UDP, by: "main thread", threads: 0, reason: "koffi is not there" };
  const dnssec = { zones: [], problems: ["The clock jumped back by a year."] };
  const problems = ["Cannot serve zone sub.example. as it hides endpoints"];
  const view = nameserverView([row({ udp, dnssec, problems })]);
  assert.ok(view !== undefined);
  assert.deepEqual(nameserverWarnings(view), [
    ...problems,
    "The clock jumped back by a year.",
    "UDP is served by one thread: koffi is not there.",
  ]);
});
