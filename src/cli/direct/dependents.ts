import { errorText } from "../../base/index.ts";
import { makeAxfrQuery, type Name } from "../../dns/index.ts";
import { TcpDialer } from "../../net/index.ts";
import type { CliIo } from "../io.ts";
import type { Region } from "../region.ts";
import { type Dependent, DependentScan } from "./dependentScan.ts";
import { type AskedWith, accessOf, askSigned } from "./signedQuestion.ts";

/** Who in a zone leads to a name. */
export type Dependents =
  | {
      readonly kind: "listed";
      readonly names: readonly Dependent[];
      /** How many more there are than are listed. */
      readonly more: number;
    }
  /** Nobody lets the operator's key look through the zone. */
  | { readonly kind: "unlisted"; readonly problem: string };

/** A person waits for it, and it is not needed to go on. */
const TRANSFER_MS_MAX = 10_000;

/**
 * The names of a zone that lead to `endpoint` by CNAME, DNAME, SRV, MX, NS, HTTPS, SVCB or PTR:
 * the zone is transferred with the operator's key from the first of its stores that gives it.
 */
export async function dependentsOf(
  zone: Name,
  endpoint: Name,
  region: Region,
  io: CliIo,
): Promise<Dependents> {
  const storeIds = region.settings.zones.find(({ name }) => name === zone)?.storeIds ?? [];
  const problems: string[] = [];
  for (const storeId of storeIds) {
    const settings = region.settings.stores.find(({ id }) => id === storeId);
    if (settings === undefined) continue;
    try {
      const asked = { ...accessOf(settings, region), dialer: new TcpDialer(), clock: io.clock };
      const listed = await listDependents(zone, endpoint, asked);
      if (listed.kind === "listed") return listed;
      problems.push(`${storeId}: ${listed.problem}`);
    } catch (error) {
      problems.push(`${storeId}: ${errorText(error)}`);
    }
  }
  return { kind: "unlisted", problem: problems.join("; ") || "it is on no zone store" };
}

/** {@link dependentsOf} from one server. Rejects where it cannot be dialled. */
export async function listDependents(
  zone: Name,
  endpoint: Name,
  asked: AskedWith,
): Promise<Dependents> {
  const scan = new DependentScan(zone, endpoint);
  const make = (id: number) => makeAxfrQuery(id, zone);
  const problem = await askSigned(asked, TRANSFER_MS_MAX, make, (message) => scan.push(message));
  if (problem !== undefined) return { kind: "unlisted", problem };
  return { kind: "listed", names: scan.found, more: scan.more };
}
