import type { SocketAddress } from "../base/index.ts";

/** The operating system's name of an error, such as `EADDRINUSE`; undefined where it has none. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

// What people read; a code that is not here is shown with the system's own words.
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection closed by the other side",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "no route to its network from here",
  ENETDOWN: "network down here",
  ETIMEDOUT: "connection timed out",
  EADDRINUSE: "address in use",
  EADDRNOTAVAIL: "no local address or port for it",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "read-only file system",
  ENOSPC: "disk full",
  EDQUOT: "disk quota used up",
  ENOTDIR: "not a folder",
  EMFILE: "too many open files in this process",
  ENFILE: "too many open files on this machine",
  ENOBUFS: "no socket buffers left here",
  ENOMEM: "no memory left here",
};

/** An error of the operating system in a few plain words. */
export function systemErrorText(error: unknown): string {
  const code = systemCode(error);
  const words = code === undefined ? undefined : WORDS[code];
  if (words !== undefined) return words;
  if (error instanceof AggregateError && error.errors.length > 0) {
    return systemErrorText(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}

/** `127.0.0.1:53` or `[::1]:53`. */
export function socketAddressText(at: SocketAddress): string {
  return at.address.includes(":") ? `[${at.address}]:${at.port}` : `${at.address}:${at.port}`;
}
