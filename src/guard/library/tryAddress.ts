import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Attempt } from "./addressProver.ts";

/** A service that is up says so within this time. */
const TIMEOUT_MS = 3000;

/**
 * Tries an address by a connection of its own, which is closed as soon as it proved something. A
 * process that has nothing else to do need not wait for what it says.
 *
 * @param ca all certificates that are trusted, in PEM; without it those of the system.
 */
export function tryAddressWith(ca: readonly string[] | undefined): Attempt {
  const trusted = ca === undefined ? {} : { ca: [...ca] };
  return (host, address, { proof, port }) => {
    const place = { host: address, port };
    const socket: Socket =
      proof === "tls"
        ? connectTls({ ...place, ...trusted, servername: host, rejectUnauthorized: true })
        : connect(place);
    socket.unref();
    return new Promise((resolve) => {
      let isProven = false;
      const settle = (found: boolean): void => {
        isProven ||= found;
        clearTimeout(timer);
        socket.destroy();
      };
      const timer = setTimeout(() => settle(false), TIMEOUT_MS).unref();
      socket.once(proof === "tls" ? "secureConnect" : "connect", () => settle(true));
      socket.on("error", () => settle(false));
      // Only then it takes up nothing any more.
      socket.once("close", () => {
        clearTimeout(timer);
        resolve(isProven);
      });
    });
  };
}
