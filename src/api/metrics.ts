import { Counter, Gauge, Registry } from "prom-client";
import type { ProcessRow } from "../supervise/index.ts";
import type { StatusView } from "./schemas/status.ts";
import { enactorLagMs } from "./views/processView.ts";
import { enactorReport, type NameserverReport, nameserverReport } from "./views/reports.ts";

/** One sample: labels and value. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number | undefined];

/** The metrics of one moment, in Prometheus' text format. */
export async function metricsText(
  status: StatusView,
  processes: readonly ProcessRow[],
  watchers: number,
): Promise<{ readonly contentType: string; readonly text: string }> {
  // A registry per scrape: a target or process that is gone must not go on being reported.
  const registry = new Registry();
  const add = new MetricSet(registry);
  regionMetrics(add, status);
  endpointMetrics(add, status);
  orderMetrics(add, status);
  processMetrics(add, processes);
  enactorMetrics(add, processes, status.generation);
  nameserverMetrics(add, processes);
  add.gauge("holdfast_api_watchers", "Clients following events", [[{}, watchers]]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

class MetricSet {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  gauge(name: string, help: string, samples: readonly Sample[]): void {
    const metric = new Gauge({ name, help, labelNames: labelsOf(samples), registers: [] });
    this.#registry.registerMetric(metric);
    for (const [labels, value] of samples) if (value !== undefined) metric.set(labels, value);
  }

  counter(name: string, help: string, samples: readonly Sample[]): void {
    const metric = new Counter({ name, help, labelNames: labelsOf(samples), registers: [] });
    this.#registry.registerMetric(metric);
    for (const [labels, value] of samples) if (value !== undefined) metric.inc(labels, value);
  }
}

function labelsOf(samples: readonly Sample[]): string[] {
  return Object.keys(samples[0]?.[0] ?? {});
}

function regionMetrics(add: MetricSet, status: StatusView): void {
  const madeAtMs = status.plan?.madeAtMs;
  add.gauge("holdfast_plan_generation", "Generation of the newest plan", [[{}, status.generation]]);
  add.gauge("holdfast_plan_made_timestamp_seconds", "When the newest plan was made", [
    [{}, madeAtMs === undefined ? undefined : madeAtMs / 1000],
  ]);
  add.gauge("holdfast_policy_revision", "Revision of the accepted configuration", [
    [{}, status.policy?.revision ?? 0],
  ]);
  add.counter("holdfast_journal_events_total", "Events in the journal since the beginning", [
    [{}, status.journalSeq],
  ]);
  const zones = status.zones.map(({ zone, storeId, gate, seeded }) => {
    return { labels: { zone, store: storeId }, gate, seeded };
  });
  add.gauge(
    "holdfast_zone_paused",
    "1 where automation may not write: paused (or but for repairs), or its gate is malformed",
    zones.map(({ labels, gate }) => [labels, gate === "on" || gate === "unreadable" ? 0 : 1]),
  );
  add.gauge(
    "holdfast_zone_readable",
    "1 where the zone could be read just now",
    zones.map(({ labels, gate }) => [labels, gate === "unreadable" ? 0 : 1]),
  );
  add.gauge(
    "holdfast_zone_seeded",
    "1 where the zone answers for what was planned",
    zones.map(({ labels, seeded }) => [
      labels,
      seeded === "seeded" || seeded === "not-needed" ? 1 : 0,
    ]),
  );
}

function endpointMetrics(add: MetricSet, status: StatusView): void {
  const { configured, planned, failOpen, failedOver, held, capacityHeld } = status.endpoints;
  add.gauge("holdfast_endpoints", "Endpoints by how they stand; states overlap", [
    [{ state: "configured" }, configured],
    [{ state: "planned" }, planned],
    [{ state: "serving" }, status.endpoints.serving],
    [{ state: "fail_open" }, failOpen],
    [{ state: "failed_over" }, failedOver],
    [{ state: "held" }, held],
    [{ state: "capacity_held" }, capacityHeld],
    [{ state: "retired" }, status.endpoints.retired],
  ]);
  add.gauge("holdfast_endpoints_orphaned", "Endpoints served and no longer configured", [
    [{}, status.endpoints.orphaned],
  ]);
  add.gauge("holdfast_targets", "Targets by health; the worst where several checks look", [
    [{ state: "up" }, status.targets.up],
    [{ state: "down" }, status.targets.down],
    [{ state: "unknown" }, status.targets.unknown],
  ]);
  add.gauge("holdfast_targets_stale", "Targets that nobody could probe lately", [
    [{}, status.targets.stale],
  ]);
  add.gauge("holdfast_targets_forced", "Targets that an operator forced", [
    [{}, status.targets.forced],
  ]);
}

function orderMetrics(add: MetricSet, { orders, endpoints, quarantined }: StatusView): void {
  const gauge = (name: string, help: string, value: number): void =>
    add.gauge(`holdfast_${name}`, help, [[{}, value]]);
  gauge("overrides", "Endpoints pinned by people, also where only DNS knows", orders.overrides);
  gauge("retirements_waiting", "Names waiting to stop answering", endpoints.retiring);
  gauge("rollbacks", "Endpoints held at old content", orders.rollbacks);
  gauge("quarantined", "Endpoints left alone, per zone store", quarantined.length);
}

function processMetrics(add: MetricSet, rows: readonly ProcessRow[]): void {
  add.gauge(
    "holdfast_process_state",
    "1 for the state that each process is in",
    rows.map(({ id, role, state }) => [{ process: id, role, state }, 1]),
  );
  add.counter(
    "holdfast_process_restarts_total",
    "Times a process was started again",
    rows.map(({ id, role, restarts }) => [{ process: id, role }, restarts]),
  );
}

function enactorMetrics(add: MetricSet, rows: readonly ProcessRow[], newest: number): void {
  const enactors = rows
    .filter((row) => row.role === "enactor")
    .map((row) => ({
      labels: { enactor: row.id },
      report: enactorReport(row.report),
      lagMs: enactorLagMs(row, newest),
    }));
  const gauge = (
    name: string,
    help: string,
    value: (report: ReturnType<typeof enactorReport>) => number | undefined,
  ): void =>
    add.gauge(
      `holdfast_enactor_${name}`,
      help,
      enactors.map(({ labels, report }) => [labels, value(report)]),
    );
  gauge("generation", "Newest plan each enactor knows", (report) => report.generation);
  gauge("pending_endpoints", "Endpoints not yet confirmed", (report) => report.pending);
  gauge("confirmed_endpoints", "Endpoints read back as planned", (report) => report.confirmed);
  gauge("quarantined_endpoints", "Endpoints left alone", (report) => report.quarantined?.length);
  add.gauge(
    "holdfast_enactor_lag_seconds",
    "Age of the oldest unfinished work",
    enactors.map(({ labels, lagMs }) => [labels, lagMs === undefined ? undefined : lagMs / 1000]),
  );
}

function nameserverMetrics(add: MetricSet, rows: readonly ProcessRow[]): void {
  const row = rows.find((one) => one.role === "nameserver");
  const report = nameserverReport(row?.report);
  const entries = (counters: Readonly<Record<string, number>> | undefined) =>
    Object.entries(counters ?? {});
  const counter = (name: string, help: string, value: number | undefined): void =>
    add.counter(`holdfast_nameserver_${name}_total`, help, [[{}, value]]);
  add.counter(
    "holdfast_nameserver_queries_total",
    "Requests by transport",
    entries(report.requests).map(([transport, count]) => [{ transport }, count]),
  );
  add.counter(
    "holdfast_nameserver_answers_total",
    "Responses by RCODE",
    entries(report.responses).map(([rcode, count]) => [{ rcode }, count]),
  );
  counter("dropped", "Messages that got no reply", report.dropped);
  counter("updates_accepted", "DNS UPDATEs accepted", report.updatesAccepted);
  counter("updates_lost", "DNS UPDATEs that lost a race", report.updatesConditionFailed);
  counter("updates_refused", "DNS UPDATEs refused", report.updatesRefused);
  counter("connections_evicted", "TCP connections closed for others", report.tcp?.evicted);
  add.counter(
    "holdfast_nameserver_refusals_total",
    "DNS UPDATEs refused to keep names answering, by rule",
    entries(report.refusals).map(([rule, count]) => [{ rule }, count]),
  );
  add.gauge("holdfast_nameserver_connections", "TCP connections open", [[{}, report.tcp?.open]]);
  udpMetrics(add, report);
  add.gauge(
    "holdfast_nameserver_zone_serial",
    "SOA serial of each zone",
    (report.zones ?? []).map(({ name, serial }) => [{ zone: name }, serial]),
  );
}

function udpMetrics(add: MetricSet, { udp, transfers }: NameserverReport): void {
  add.gauge("holdfast_nameserver_udp_threads", "Threads that serve UDP; 0: the main thread", [
    [{}, udp?.threads],
  ]);
  const counts = udp?.counts;
  const counter = (name: string, help: string, value: number | undefined): void =>
    add.counter(`holdfast_nameserver_${name}_total`, help, [[{}, value]]);
  counter("rate_limited", "UDP requests left without a reply by the rate limit", counts?.limited);
  counter("rate_slipped", "UDP requests sent to TCP by the rate limit", counts?.slipped);
  counter("truncated", "UDP responses cut to the client's size", counts?.truncated);
  counter("cookies_valid", "UDP requests with a good server cookie", counts?.cookiesValid);
  counter("faults", "UDP requests that met a bug, answered with SERVFAIL", counts?.faults);
  const { running, ...done } = transfers?.counts ?? {};
  add.counter(
    "holdfast_nameserver_transfers_total",
    "Zone transfers asked for, by outcome",
    Object.entries(done).map(([outcome, count]) => [{ outcome }, count]),
  );
  add.gauge("holdfast_nameserver_transfers_running", "Zone transfers now", [[{}, running]]);
}
