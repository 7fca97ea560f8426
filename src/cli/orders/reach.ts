import { lookup } from "node:dns/promises";
import { type Pin, within } from "../../api/index.ts";
import { errorText } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { NetworkProbe, type ProbeRequest } from "../../net/index.ts";
import type { Policy } from "../../plan/index.ts";
import type { CliIo } from "../io.ts";
import type { Region } from "../region.ts";

/** A person waits for it, and it decides nothing. */
const REACH_MS_MAX = 2_000;
/** What is asked of an address whose endpoint has no pool: most services speak TLS. */
const PORT_DEFAULT = 443;
/** Addresses asked at once: those of one override. */
const ADDRESSES_MAX = 64;

/**
 * What of the pinned records does not answer, one sentence each, asked from here and within two
 * seconds: each address by the endpoint's own check, a CNAME by the system's resolver. Warnings
 * only: a person may know better, or stand elsewhere.
 */
export async function reachWarnings(
  endpoint: Name,
  pins: readonly Pin[],
  region: Region,
  io: CliIo,
): Promise<string[]> {
  const request = requestFor(endpoint, region.settings.policy);
  const addresses = pins
    .filter(({ type }) => type === "A" || type === "AAAA")
    .flatMap(({ records }) => records);
  const targets = pins.filter(({ type }) => type === "CNAME").flatMap(({ records }) => records);
  const probe = new NetworkProbe(io.clock);
  const asked = [
    ...addresses.slice(0, ADDRESSES_MAX).map(async (address) => {
      const { kind, detail } = await probe.check(address, request);
      if (kind === "pass") return [];
      return [`Warning: ${address} does not pass ${requestText(request)} from here: ${detail}`];
    }),
    ...targets.map((target) => targetWarnings(target, io)),
  ];
  const unasked = addresses.length - ADDRESSES_MAX;
  const rest = unasked > 0 ? [`Warning: ${unasked} more addresses were not asked`] : [];
  return [...(await Promise.all(asked)).flat(), ...rest];
}

function requestFor(endpoint: Name, policy: Policy): ProbeRequest {
  const [poolId] = policy.endpoints.find(({ name }) => name === endpoint)?.poolIds ?? [];
  const pool = policy.pools.find(({ id }) => id === poolId);
  const check = policy.checks.find(({ id }) => id === pool?.checkId);
  if (check === undefined) {
    return { kind: "tcp", port: PORT_DEFAULT, path: "/", timeoutMs: REACH_MS_MAX };
  }
  const { kind, port, path, host } = check;
  return { kind, port, path, timeoutMs: REACH_MS_MAX, ...(host === undefined ? {} : { host }) };
}

function requestText({ kind, port, path }: ProbeRequest): string {
  return kind === "tcp" ? `a connection to port ${port}` : `${kind}://…:${port}${path}`;
}

async function targetWarnings(target: string, { clock }: CliIo): Promise<string[]> {
  const name = target.replace(/\.$/, "");
  const asked = lookup(name, { all: true }).then(
    (found) => (found.length > 0 ? "" : "it has no address"),
    errorText,
  );
  const problem = await within(clock, REACH_MS_MAX, asked, (late) => late);
  if (problem === "") return [];
  return [`Warning: ${target} has no address as far as this machine sees: ${problem}`];
}
