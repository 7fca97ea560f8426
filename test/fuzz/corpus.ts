// Packets to mutate: what real clients send, and messages with records of every type. Each file of
// `corpus/` holds one packet in hexadecimal; lines that begin with `#` say what it is.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("./corpus/", import.meta.url));

/** One packet with its file's name. */
export interface CorpusPacket {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every packet kept, in order of its name. */
export function readCorpus(): readonly CorpusPacket[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".hex"))
    .sort()
    .map((name) => {
      const lines = readFileSync(`${FOLDER}${name}`, "utf8").split("\n");
      const digits = lines
        .filter((line) => !line.startsWith("#"))
        .join("")
        .replaceAll(/\s/g, "");
      return { name: name.replace(".hex", ""), bytes: Uint8Array.from(Buffer.from(digits, "hex")) };
    });
}
