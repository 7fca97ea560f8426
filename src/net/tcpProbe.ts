import { connect } from "node:net";
import type { RunProbe } from "./probeTypes.ts";

/** Passes when the target takes a connection, which is then closed without a word. */
export const probeTcp: RunProbe = (address, request, settle) => {
  const socket = connect({ host: address, port: request.port });
  socket.on("connect", () => {
    settle({ kind: "pass", detail: "connected" });
    socket.destroy();
  });
  socket.on("error", (error) => settle({ kind: "error", error }));
  return () => {
    socket.destroy();
    return undefined;
  };
};
