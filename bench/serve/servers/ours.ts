import { fileURLToPath } from "node:url";
import { type ServerKind, versionOf } from "./serverKind.ts";

const PROGRAM = fileURLToPath(new URL("../ours.ts", import.meta.url));

/** Ours, from its saved state: one UDP thread. */
export const OURS: ServerKind = {
  id: "ours",
  title: "Holdfast",
  version: () => `Node ${versionOf(process.execPath, "--version")}`,
  configure: (job) => {
    const secondary = job.secondaryPort === undefined ? [] : [`${job.secondaryPort}`];
    const words = [PROGRAM, "serve", job.state, `${job.port}`, ...secondary];
    return { command: process.execPath, words };
  },
};
