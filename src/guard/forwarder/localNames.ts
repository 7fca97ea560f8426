import { isAtOrBelow, type Name, nameOf, Rcode, RRType } from "../../dns/index.ts";
import { type Told, toldAddresses, toldNothing } from "./told.ts";

const LOCALHOST = nameOf("localhost");
const LOOPBACK: ReadonlyMap<number, string> = new Map([
  [RRType.A, "127.0.0.1"],
  [RRType.AAAA, "::1"],
]);
/** Names that are nobody's: `.invalid` (RFC 6761 section 6.4), `.onion` (RFC 7686 section 2). */
const NOBODYS: readonly Name[] = [nameOf("invalid"), nameOf("onion")];
/** Of the resolver asked, never of the next one (RFC 9462 section 6.4): here is nothing to say. */
const RESOLVER = nameOf("resolver.arpa");
const TTL_SECONDS = 3600;

/** What is said of names that no upstream is asked for; undefined for all others. */
export function localAnswer(name: Name, type: number): Told | undefined {
  if (isAtOrBelow(name, LOCALHOST)) {
    const address = LOOPBACK.get(type);
    const values = address === undefined ? [] : [address];
    return toldAddresses(name, type, values, TTL_SECONDS, []);
  }
  if (NOBODYS.some((apex) => isAtOrBelow(name, apex))) return toldNothing(Rcode.NXDOMAIN);
  return isAtOrBelow(name, RESOLVER) ? toldNothing(Rcode.NOERROR) : undefined;
}
