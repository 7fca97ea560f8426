import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

/**
 * Puts look-ups in the place of Node's own, until the function that it gives is called. Node's
 * own clients read `dns.lookup` anew for each connection.
 */
export function installed(
  lookup: typeof dns.lookup,
  lookupPromise: typeof dns.promises.lookup,
): () => void {
  const before = { lookup: dns.lookup, promise: dns.promises.lookup };
  dns.lookup = lookup;
  dns.promises.lookup = lookupPromise;
  syncBuiltinESMExports();
  return () => {
    if (dns.lookup !== lookup) return; // somebody else's by now, or taken back before
    dns.lookup = before.lookup;
    dns.promises.lookup = before.promise;
    syncBuiltinESMExports();
  };
}
