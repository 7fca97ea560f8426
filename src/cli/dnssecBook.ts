import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { StateLayout } from "../config/index.ts";
import { type Name, parseName } from "../dns/index.ts";
import {
  decodeSigningBook,
  encodeSigningOrder,
  SIGNING_FILE,
  type SigningBook,
  type SigningOrder,
  signingOrderFile,
  type ZoneSigning,
  zoneSigningReport,
} from "../nameserver/index.ts";
import { DiskFolder } from "../net/index.ts";
import { CliError } from "./cliError.ts";
import type { Invocation } from "./commandSpec.ts";
import { layoutOf } from "./region.ts";

/** The nameserver looks for orders every two seconds. */
const WAIT_SECONDS_DEFAULT = 10;
const LOOK_EVERY_MS = 200;
const ID_OCTETS = 8;

/** What became of an order. */
export type OrderGiven = { readonly kind: "done" | "refused" | "waiting"; readonly text: string };

/** Keys and stages of the zones that are signed; none where nothing ever was. */
export async function readBook(layout: StateLayout): Promise<SigningBook> {
  const path = `${layout.nameserverFolder}/${SIGNING_FILE}`;
  if (!existsSync(path)) return { zones: new Map(), outcomes: [] };
  const book = decodeSigningBook(new Uint8Array(await readFile(path)));
  if (book !== undefined) return book;
  throw new CliError(
    { code: "file-in-the-way", path },
    `Cannot read ${path} as it must be what the nameserver writes: restore it from a backup.`,
  );
}

/** The zone that was named; throws CliError `usage` where the word is no name. */
export function zoneWord({ words }: Invocation): Name {
  const parsed = parseName(words[0] ?? "");
  if (parsed.kind === "parsed") return parsed.name;
  throw new CliError({ code: "usage", problem: parsed.problem }, parsed.problem);
}

/** The signing of the zone that was named; throws CliError `usage` where there is none. */
export async function signingOf(given: Invocation): Promise<ZoneSigning> {
  const zone = zoneWord(given);
  const { zones } = await readBook(layoutOf(given));
  const signing = zones.get(zone);
  if (signing !== undefined) return signing;
  const problem = `Zone ${zone} is not signed: set dnssec: true for it, and reload.`;
  throw new CliError({ code: "usage", problem }, problem);
}

/** What may be shown of a zone's signing: no secrets. */
export const signingView = zoneSigningReport;

/** Lays an order into the nameserver's folder, and waits for what becomes of it. */
export async function giveOrder(given: Invocation, order: SigningOrder): Promise<OrderGiven> {
  const layout = layoutOf(given);
  const waitSeconds = Number(given.options.text("wait") ?? WAIT_SECONDS_DEFAULT);
  if (!existsSync(layout.nameserverFolder)) {
    const { folder } = layout;
    throw new CliError(
      { code: "no-state", folder },
      `Cannot find a nameserver's state in ${folder}.`,
    );
  }
  const id = randomBytes(ID_OCTETS).toString("hex");
  const disk = await DiskFolder.open(layout.nameserverFolder);
  try {
    await disk.replace(signingOrderFile(id), encodeSigningOrder(order));
  } finally {
    await disk.close();
  }
  const deadlineMs = performance.now() + waitSeconds * 1000;
  do {
    const { outcomes } = await readBook(layout);
    const outcome = outcomes.find((one) => one.id === id);
    if (outcome !== undefined) {
      return { kind: outcome.isDone ? "done" : "refused", text: outcome.text };
    }
    await setTimeout(LOOK_EVERY_MS);
  } while (performance.now() < deadlineMs);
  const text = "The nameserver has not taken the order yet: it does once it runs.";
  return { kind: "waiting", text };
}
