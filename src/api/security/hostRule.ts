import { isIPv4, isIPv6 } from "node:net";
import { type ApiError, refusal } from "../apiError.ts";

/** What of a request says where it believes it goes, and what page made it. */
export interface RequestOrigin {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  /** The address and port of this end of the connection. */
  readonly localAddress: string;
  readonly localPort: number;
}

/**
 * Whether a request may be looked at: undefined, or why not. A page of another site cannot pass:
 * its own name in Host (DNS rebinding) is not ours, and its Origin is not ours either.
 */
export function judgeOrigin(request: RequestOrigin): ApiError | undefined {
  const authority = readAuthority(request.host);
  if (authority === undefined || !isOurs(authority, request)) {
    const message = `Cannot serve the host "${request.host ?? ""}": it is not this API's address`;
    return refusal(421, "misdirected-request", message, "use 127.0.0.1 or the listen address");
  }
  if (request.secFetchSite === "cross-site" || !originIsOurs(request)) {
    const message = "Cannot serve a page of another origin: this API is closed to them";
    return refusal(403, "foreign-origin", message, "call it from a program, or from its own pages");
  }
  return undefined;
}

interface Authority {
  readonly host: string;
  readonly port: number;
}

function readAuthority(text: string | undefined): Authority | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z.-]+)(?::([0-9]{1,5}))?$/.exec(text ?? "");
  if (found?.[1] === undefined) return undefined;
  return { host: found[1].toLowerCase(), port: found[2] === undefined ? 80 : Number(found[2]) };
}

function isOurs(authority: Authority, request: RequestOrigin): boolean {
  if (authority.port !== request.localPort) return false;
  const { host } = authority;
  if (host === "localhost" || host === "[::1]") return true;
  if (isIPv4(host)) return host.startsWith("127.") || host === mappedToIPv4(request.localAddress);
  const bare = host.startsWith("[") ? host.slice(1, -1) : "";
  return isIPv6(bare) && bare === request.localAddress.toLowerCase();
}

// A socket listening on :: sees IPv4 peers, and itself, in this form (RFC 4291 section 2.5.5.2).
function mappedToIPv4(address: string): string {
  return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
}

function originIsOurs(request: RequestOrigin): boolean {
  if (request.origin === undefined) return true;
  const scheme = "http://";
  if (!request.origin.startsWith(scheme)) return false;
  const authority = readAuthority(request.origin.slice(scheme.length));
  return authority !== undefined && isOurs(authority, request);
}
