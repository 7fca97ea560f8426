import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiWorld } from "./world.suite.ts";

const NAMESERVER = {
  ...{ id: "nameserver", role: "nameserver", pid: 7, state: "running", sinceMs: 0, restarts: 0 },
  report: {
    requests: { udp: 10, tcp: 2 },
    responses: { NOERROR: 11, REFUSED: 1 },
    updatesAccepted: 3,
    updatesRefused: 1,
    udp: {
      by: "threads",
      threads: 2,
      restarts: 0,
      counts: { limited: 4, slipped: 1, truncated: 0, cookiesValid: 9, faults: 0, unsent: 0 },
    },
    transfers: { counts: { axfr: 1, ixfr: 6, running: 0 }, secondaries: [] },
    zones: [{ name: "use1.holdfast.example.", serial: 99, seeded: true }],
  },
};

async function metrics(): Promise<string> {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.plan(["dynamodb"]);
  assert.ok(world.table !== undefined);
  world.table = { ...world.table, processes: [...world.table.processes, NAMESERVER] };
  let text = "";
  await world.serve(async (api) => {
    text = (await api.send("GET", "/metrics")).text;
  });
  return text;
}

test("metrics tell plan, endpoints, targets, processes, enactors and nameserver", async () => {
  const text = await metrics();
  for (const line of [
    "holdfast_plan_generation 1",
    "holdfast_endpoints_orphaned 1",
    'holdfast_endpoints{state="configured"} 1',
    'holdfast_targets{state="unknown"} 3',
    "holdfast_targets_forced 0",
    "holdfast_overrides 0",
    "holdfast_retirements_waiting 0",
    "holdfast_rollbacks 0",
    "holdfast_quarantined 0",
    'holdfast_process_restarts_total{process="enactor-az1",role="enactor"} 1',
    'holdfast_enactor_lag_seconds{enactor="enactor-az1"} 0',
    'holdfast_nameserver_queries_total{transport="udp"} 10',
    'holdfast_nameserver_answers_total{rcode="REFUSED"} 1',
    'holdfast_nameserver_zone_serial{zone="use1.holdfast.example."} 99',
    "holdfast_nameserver_udp_threads 2",
    "holdfast_nameserver_rate_limited_total 4",
    'holdfast_nameserver_transfers_total{outcome="ixfr"} 6',
    'holdfast_zone_seeded{zone="use1.holdfast.example.",store="embedded"} 1',
  ]) {
    assert.ok(text.split("\n").includes(line), `${line} in\n${text}`);
  }
});

test("metric names are prefixed, in base units, and counters end in _total", async () => {
  const declared = [...(await metrics()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  assert.ok(declared.length > 15);
  for (const [, name = "", type] of declared) {
    assert.match(name, /^holdfast_[a-z][a-z_]*[a-z]$/);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.doesNotMatch(name, /_(ms|millis|milliseconds|minutes|kb|percent)(_|$)/, name);
  }
});
