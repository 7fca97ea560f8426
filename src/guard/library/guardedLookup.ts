import {
  ADDRCONFIG,
  ALL,
  getDefaultResultOrder,
  type LookupAddress,
  type LookupOptions,
  type lookup as nodeLookup,
  V4MAPPED,
} from "node:dns";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { parseName, StubType } from "../../dns/stub/index.ts";
import type { Guard } from "../machine/guard.ts";
import type { Settings } from "./guardOptions.ts";
import type { SystemServers } from "./systemServers.ts";

/** What {@link guardedLookup} needs. */
export interface LookupParts {
  readonly guard: Pick<Guard, "lookUp" | "connections">;
  /** The look-up that an application would have without guard: it has the last word. */
  readonly real: typeof nodeLookup;
  readonly system: Pick<SystemServers, "isLocal" | "hasIpv6" | "ndots">;
  /** Once false, all look-ups are the real one's. */
  readonly isNamed: Settings["isNamed"];
  readonly isOpen: () => boolean;
  readonly nowMs: () => number;
  readonly report: (event: SearchEvent) => void;
}

/** A name is left to the system, as it may be one in a search domain: told once, of the first. */
export interface SearchEvent {
  readonly kind: "left-to-system";
  /** As it was asked for. */
  readonly name: string;
  readonly problem: string;
}

type Callback = (
  error: NodeJS.ErrnoException | null,
  address?: string | LookupAddress[],
  family?: number,
) => void;

/**
 * A look-up with the signature of `dns.lookup`. Addresses, names without a dot, `localhost`,
 * `.local` and names of the hosts file are the real look-up's; and so is every name that guard has
 * no addresses of: nobody is worse off than without guard.
 */
export function guardedLookup(parts: LookupParts): typeof nodeLookup {
  let isTold = false;
  function lookup(hostname: string, options?: unknown, callback?: unknown): void {
    const done = (typeof options === "function" ? options : callback) as Callback;
    const given = typeof options === "function" ? undefined : options;
    const asked = typeof given === "number" ? { family: given } : (given ?? {});
    const settings = asked as LookupOptions;
    const pass = (): void => parts.real(hostname, settings, done as never);
    // What is no callback, no name or no option is told by the real one, in its own words.
    const isUsable = typeof done === "function" && areOptions(asked);
    if (!isUsable || !isForGuard(parts, hostname)) {
      pass();
      return;
    }
    if (isSearchedFor(parts, hostname)) {
      if (!isTold) parts.report(leftToSystem(hostname, parts.system.ndots));
      isTold = true;
      pass();
      return;
    }
    void find(parts, hostname, settings).then((found) => {
      // What the application throws is then its own, and no rejection of guard's.
      process.nextTick(() => {
        const [first] = found;
        if (first === undefined) pass();
        else if (settings.all === true) done(null, found);
        else done(null, first.address, first.family);
      });
    });
  }
  Object.defineProperty(lookup, promisify.custom, { value: promised(lookup) });
  return lookup as unknown as typeof nodeLookup;
}

/** The same, as `dns.promises.lookup`. */
export function promised(
  lookup: (hostname: string, options: LookupOptions, callback: Callback) => void,
): (hostname: string, options?: number | LookupOptions | null) => Promise<unknown> {
  return (hostname, options) => {
    const settings = typeof options === "number" ? { family: options } : (options ?? {});
    return new Promise((resolve, reject) => {
      lookup(hostname, settings, (error, address, family) => {
        if (error) reject(error);
        else resolve(Array.isArray(address) ? address : { address, family });
      });
    });
  };
}

const HINTS = ADDRCONFIG | V4MAPPED | ALL;
const FAMILIES: readonly unknown[] = [undefined, 0, 4, 6, "IPv4", "IPv6"];
const ORDERS: readonly unknown[] = [undefined, "verbatim", "ipv4first", "ipv6first"];

/** Whether options are of the kinds that Node takes. */
function areOptions(options: object): boolean {
  const { family, hints, all, order, verbatim } = options as Readonly<Record<string, unknown>>;
  const areFlags = [all, verbatim].every((flag) => ["boolean", "undefined"].includes(typeof flag));
  const areHints = hints === undefined || (typeof hints === "number" && (hints & ~HINTS) === 0);
  return FAMILIES.includes(family) && ORDERS.includes(order) && areFlags && areHints;
}

/** The last label of what the system reads as an IPv4 address, as `127.1` and `0x7f.0.0.1`. */
const ENDS_IN_NUMBER = /(^|\.)([0-9]+|0x[0-9a-f]*)$/;

function isForGuard({ system, isOpen }: LookupParts, hostname: unknown): hostname is string {
  if (!isOpen() || typeof hostname !== "string" || isIP(hostname) !== 0) return false;
  const name = hostname.toLowerCase().replace(/\.$/, "");
  if (!name.includes(".") || /\.(local|localhost)$/.test(name)) return false;
  if (ENDS_IN_NUMBER.test(name)) return false;
  return parseName(name).kind === "parsed" && !system.isLocal(name);
}

/** With fewer dots than `ndots` the system tries its search domains first (resolv.conf(5)). */
function isSearchedFor({ system, isNamed }: LookupParts, hostname: string): boolean {
  const dots = hostname.split(".").length - 1;
  if (dots >= system.ndots || hostname.endsWith(".")) return false;
  const parsed = parseName(hostname);
  return parsed.kind === "malformed" || !isNamed(parsed.name);
}

function leftToSystem(name: string, ndots: number): SearchEvent {
  const way = "end it with a dot, have it in names, or set ndots to 1 (docs/guard.md)";
  const why = `the system tries its search domains first (ndots:${ndots} in resolv.conf)`;
  return { kind: "left-to-system", name, problem: `Cannot guard ${name} as ${why}: ${way}` };
}

async function find(
  { guard, system, nowMs }: LookupParts,
  hostname: string,
  options: LookupOptions,
): Promise<LookupAddress[]> {
  const parsed = parseName(hostname);
  if (parsed.kind === "malformed") return [];
  const { name } = parsed;
  const replies = familiesOf(options, system.hasIpv6).map(async (family) => {
    const reply = await guard.lookUp(name, family === 4 ? StubType.A : StubType.AAAA);
    const values = "values" in reply ? reply.values : [];
    const addresses = values.filter((value) => isIP(value) === family);
    return addresses.map((address): LookupAddress => ({ address, family }));
  });
  const found = (await Promise.all(replies)).flat();
  const preferred = guard.connections.preferred(
    found.map(({ address }) => address),
    nowMs(),
  );
  return found.filter(({ address }) => preferred.includes(address));
}

/** Address families that are asked for, in the order in which they are wanted. */
function familiesOf(options: LookupOptions, hasIpv6: boolean): readonly (4 | 6)[] {
  const { family = 0, hints = 0 } = options;
  if (family === 4 || family === "IPv4") return [4];
  if (family === 6 || family === "IPv6") return [6];
  const order = options.order ?? orderOf(options.verbatim);
  // The system's own order (RFC 6724) has IPv6 first where this machine has it.
  const isFirst6 = order === "ipv6first" || (order === "verbatim" && hasIpv6);
  if ((hints & ADDRCONFIG) !== 0 && !hasIpv6) return [4];
  return isFirst6 ? [6, 4] : [4, 6];
}

function orderOf(verbatim: boolean | undefined): string {
  if (verbatim === undefined) return getDefaultResultOrder();
  return verbatim ? "verbatim" : "ipv4first";
}
