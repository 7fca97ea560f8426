import {
  ADDRCONFIG,
  getDefaultResultOrder,
  type LookupAddress,
  type LookupOptions,
  type lookup as nodeLookup,
} from "node:dns";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { parseName } from "../../dns/index.ts";
import type { Guard } from "../machine/guard.ts";

/** What {@link guardedLookup} needs. */
export interface LookupParts {
  readonly guard: Guard;
  /** The look-up that an application would have without guard: it has the last word. */
  readonly real: typeof nodeLookup;
  /** Whether a name, in lower case, is this machine's own (hosts file). */
  readonly isLocal: (name: string) => boolean;
  readonly nowMs: () => number;
}

type Callback = (
  error: NodeJS.ErrnoException | null,
  address?: string | LookupAddress[],
  family?: number,
) => void;

const TYPE_A = 1;
const TYPE_AAAA = 28;

/**
 * A look-up with the signature of `dns.lookup`. Addresses, names without a dot, `localhost`,
 * `.local` and names of the hosts file are the real look-up's; and so is every name that guard has
 * no addresses of: nobody is worse off than without guard.
 */
export function guardedLookup(parts: LookupParts): typeof nodeLookup {
  function lookup(hostname: string, options?: unknown, callback?: unknown): void {
    const done = (typeof options === "function" ? options : callback) as Callback;
    const given = typeof options === "function" ? undefined : options;
    const asked = typeof given === "number" ? { family: given } : (given ?? {});
    const settings = asked as LookupOptions;
    const pass = (): void => parts.real(hostname, settings, done as never);
    // What is no callback, or no name, is told by the real one, in its own words.
    if (typeof done !== "function" || !isForGuard(parts, hostname)) {
      pass();
      return;
    }
    void find(parts, hostname, settings).then((found) => {
      const [first] = found;
      if (first === undefined) pass();
      else if (settings.all === true) done(null, found);
      else done(null, first.address, first.family);
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

function isForGuard({ isLocal }: LookupParts, hostname: unknown): boolean {
  if (typeof hostname !== "string" || isIP(hostname) !== 0) return false;
  const name = hostname.toLowerCase().replace(/\.$/, "");
  if (!name.includes(".") || /\.(local|localhost)$/.test(name)) return false;
  return parseName(name).kind === "parsed" && !isLocal(name);
}

async function find(
  { guard, nowMs }: LookupParts,
  hostname: string,
  options: LookupOptions,
): Promise<LookupAddress[]> {
  const parsed = parseName(hostname);
  if (parsed.kind === "malformed") return [];
  const { name } = parsed;
  const replies = familiesOf(options).map(async (family) => {
    const reply = await guard.lookUp(name, family === 4 ? TYPE_A : TYPE_AAAA);
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
function familiesOf(options: LookupOptions): readonly (4 | 6)[] {
  const { family = 0, hints = 0 } = options;
  if (family === 4 || family === "IPv4") return [4];
  if (family === 6 || family === "IPv6") return [6];
  const order = options.order ?? orderOf(options.verbatim);
  const has6 = hasIpv6();
  // The system's own order (RFC 6724) has IPv6 first where this machine has it.
  const isFirst6 = order === "ipv6first" || (order === "verbatim" && has6);
  if ((hints & ADDRCONFIG) !== 0 && !has6) return [4];
  return isFirst6 ? [6, 4] : [4, 6];
}

function orderOf(verbatim: boolean | undefined): string {
  if (verbatim === undefined) return getDefaultResultOrder();
  return verbatim ? "verbatim" : "ipv4first";
}

function hasIpv6(): boolean {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.some(({ family, internal, scopeid }) => {
    return family === "IPv6" && !internal && scopeid === 0;
  });
}
