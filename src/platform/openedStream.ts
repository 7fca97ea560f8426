import type { Socket } from "node:net";
import type { ByteStream, SocketAddress } from "../base/index.ts";
import { SocketStream } from "./byteStream.ts";
import { RealClock } from "./clock.ts";
import { socketAddressText, systemErrorText } from "./systemError.ts";

const clock = new RealClock();

/** A socket as a stream, once it says that it is open. Rejects where it does not. */
export function openedStream(
  socket: Socket,
  event: "connect" | "secureConnect",
  to: SocketAddress,
  timeoutMs: number,
): Promise<ByteStream> {
  const transport = event === "connect" ? "TCP" : "TLS";
  return new Promise((resolve, reject) => {
    const refuse = (reason: string, cause?: unknown): void => {
      cancel();
      socket.destroy();
      const text = `Cannot connect to ${transport} ${socketAddressText(to)} as it must answer`;
      reject(new Error(`${text}: ${reason}`, { cause }));
    };
    const cancel = clock.wakeAfter(timeoutMs, () => refuse(`no answer in ${timeoutMs} ms`));
    const onError = (error: Error): void => refuse(systemErrorText(error), error);
    socket.on("error", onError);
    socket.once(event, () => {
      cancel();
      const stream = new SocketStream(socket, to);
      socket.off("error", onError);
      resolve(stream);
    });
  });
}
