import { lstat, unlink } from "node:fs/promises";
import { errorText } from "../../base/index.ts";
import { refused, StoreError } from "../storeError.ts";

/** Octets of a socket's path: `sun_path` has 104 on some systems, 108 on Linux, with a zero. */
const SOCKET_PATH_OCTETS_MAX = 100;

/** Throws StoreError `refused` where a path is too long for a Unix domain socket. */
export function checkSocketPath(path: string): void {
  const octets = Buffer.byteLength(path);
  if (octets <= SOCKET_PATH_OCTETS_MAX) return;
  throw refused(
    `Cannot use the socket ${path} as its path must be <= ${SOCKET_PATH_OCTETS_MAX} octets: ` +
      `it is ${octets}. Choose a shorter state folder`,
  );
}

/**
 * Removes what a process that died left at a socket's path; the lock of the state folder says that
 * nobody else listens there. Rejects with StoreError `refused` where it is not a socket.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isSocket()) {
      throw refused(`Cannot listen on ${path} as only a socket may be there: it is something else`);
    }
    await unlink(path);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    const message = `Cannot listen on ${path} as its folder must be writable`;
    throw new StoreError({ code: "unusable", problem: errorText(error) }, message, {
      cause: error,
    });
  }
}
