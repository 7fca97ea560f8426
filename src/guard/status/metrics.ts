import { Counter, Gauge, Registry } from "prom-client";
import type { ForwarderStatus } from "./forwarderStatus.ts";

const COUNTERS: readonly (readonly [keyof ForwarderStatus["counts"], string, string])[] = [
  ["udp", "queries_udp", "Queries that came over UDP"],
  ["tcp", "queries_tcp", "Queries that came over TCP"],
  ["dropped", "dropped", "Messages dropped: no query, not allowed, or more than may wait"],
  ["refused", "refused", "Queries refused: malformed, or not for a forwarder"],
  ["hits", "hits", "Answers given without waiting for an upstream"],
  ["misses", "misses", "Answers given after an upstream was waited for"],
  ["stale", "stale_answers", "Stale answers, as no upstream answered"],
  ["held", "held_answers", "Answers held on to while a denial is doubted"],
  ["failed", "failed_answers", "SERVFAIL, as nothing was known and no upstream answered"],
  ["heard", "upstream_messages", "Messages of upstreams"],
  ["prefetched", "prefetches", "Names asked for anew shortly before their TTL ended"],
];

/** The metrics of one moment, in Prometheus' text format. */
export async function metricsOf(
  status: ForwarderStatus,
): Promise<{ readonly contentType: string; readonly text: string }> {
  // A registry per scrape: a name that is held no more must not go on being reported.
  const registry = new Registry();
  const { counts, cache, held, entries, waiting, udp } = status;
  for (const [key, name, help] of COUNTERS) {
    const metric = new Counter({ name: `holdfast_guard_${name}_total`, help, registers: [] });
    registry.registerMetric(metric);
    metric.inc(counts[key]);
  }
  const gauge = (name: string, help: string, value: number): void => {
    const metric = new Gauge({ name: `holdfast_guard_${name}`, help, registers: [] });
    registry.registerMetric(metric);
    metric.set(value);
  };
  gauge("held_names", "Names and types that are being held up: alarm on this", held.length);
  gauge("entries", "Names and types remembered", entries);
  gauge("waiting_queries", "Queries that wait for an upstream", waiting);
  gauge("udp_threads", "Threads that answer over UDP; 0: the main thread does", udp.threads);
  gauge("cache_ready", "Answers that threads give by themselves", cache.ready);
  gauge("cache_messages", "Messages remembered", cache.messages);
  gauge("cache_octets", "Memory of the messages, estimated", cache.octets);
  gauge("cache_octets_max", "Memory that the messages may take", cache.octetsMax);
  gauge("cache_evicted", "Messages that went for others since the beginning", cache.evicted);
  return { contentType: registry.contentType, text: await registry.metrics() };
}
