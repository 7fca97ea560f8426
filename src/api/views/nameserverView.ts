import type { ProcessRow } from "../../supervise/index.ts";
import type { NameserverView } from "../schemas/status.ts";
import { nameserverReport } from "./reports.ts";

/** Our own nameserver as it reports itself; undefined where there is none, or it said nothing. */
export function nameserverView(rows: readonly ProcessRow[]): NameserverView | undefined {
  const row = rows.find(({ role }) => role === "nameserver");
  if (row === undefined) return undefined;
  const { udp, transfers, dnssec, zones = [], problems = [] } = nameserverReport(row.report);
  if (udp === undefined) return undefined;
  const serials = new Map(zones.map(({ name, serial }) => [name, serial]));
  const { by, threads, restarts, reason } = udp;
  return {
    udp: { by, threads, restarts, ...(reason === undefined ? {} : { reason }) },
    secondaries: (transfers?.secondaries ?? []).map((secondary) => {
      const { zone, address, askedSerial, transferredSerial, problem } = secondary;
      const serial = serials.get(zone);
      // After our own restart a secondary that has everything asks, and transfers nothing.
      const isCurrent = [askedSerial, transferredSerial].some(
        (held) => held !== undefined && held === serial,
      );
      const held = transferredSerial === undefined ? {} : { transferredSerial };
      return { zone, address, isCurrent, ...held, ...(problem === undefined ? {} : { problem }) };
    }),
    signedZones: (dnssec?.zones ?? []).map(({ zone, stage }) => ({ zone, stage })),
    problems: [...problems, ...(dnssec?.problems ?? [])],
  };
}

/** What a person should know of it, one sentence each. */
export function nameserverWarnings({ udp, secondaries, problems }: NameserverView): string[] {
  const slow = udp.reason === undefined ? [] : [`UDP is served by one thread: ${udp.reason}.`];
  const failing = secondaries.filter(({ problem }) => problem !== undefined);
  const told = failing.slice(0, SECONDARIES_SHOWN).map(({ zone, address, problem }) => {
    return `The secondary ${address} of ${zone} cannot be told of changes: ${problem}.`;
  });
  const rest = failing.length - told.length;
  const more = rest > 0 ? [`${rest} more secondaries cannot be told: status --json.`] : [];
  return [...problems, ...told, ...more, ...slow];
}

/** Secondaries that get a sentence of their own. */
const SECONDARIES_SHOWN = 5;
