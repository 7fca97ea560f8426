import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { StateLayout } from "../config/index.ts";
import { type Name, parseName } from "../dns/index.ts";
import {
  decodeSigningBook,
  encodeSigningOrder,
  NameserverError,
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
/** Longer than this nobody waits at a terminal: the order stays there whatever happens. */
const WAIT_SECONDS_MAX = 3600;
const WHOLE_NUMBER = /^[0-9]{1,4}$/;
const LOOK_EVERY_MS = 200;
const ID_OCTETS = 8;

/** What became of an order. */
export type OrderGiven = { readonly kind: "done" | "refused" | "waiting"; readonly text: string };

/**
 * Keys and stages of the zones that are signed; none where nothing ever was.
 *
 * @throws CliError `no-state`: no nameserver ever ran there; `file-in-the-way`: it is damaged.
 * @throws NameserverError `state-too-new`.
 */
export async function readBook(layout: StateLayout): Promise<SigningBook> {
  checkNameserver(layout);
  const path = `${layout.nameserverFolder}/${SIGNING_FILE}`;
  if (!existsSync(path)) return { zones: new Map(), outcomes: [] };
  const read = decodeSigningBook(new Uint8Array(await readFile(path)));
  if (read.kind === "book") return read.book;
  const text = `Cannot read ${path}: ${read.problem}.`;
  if (read.kind === "malformed") throw new CliError({ code: "file-in-the-way", path }, text);
  throw new NameserverError({ code: "state-too-new", file: path }, text);
}

function checkNameserver({ folder, nameserverFolder }: StateLayout): void {
  if (existsSync(nameserverFolder)) return;
  throw new CliError(
    { code: "no-state", folder },
    `Cannot find a nameserver's state in ${folder}: name its folder with --state DIR.`,
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

/**
 * Lays an order into the nameserver's folder, and waits for what becomes of it.
 *
 * @throws CliError `usage`: the wait is no number; `no-state`: a nameserver never ran there.
 */
export async function giveOrder(given: Invocation, order: SigningOrder): Promise<OrderGiven> {
  const layout = layoutOf(given);
  const waitSeconds = waitOption(given);
  checkNameserver(layout);
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

function waitOption({ options }: Invocation): number {
  const text = options.text("wait");
  if (text === undefined) return WAIT_SECONDS_DEFAULT;
  const seconds = WHOLE_NUMBER.test(text) ? Number(text) : Number.NaN;
  if (seconds <= WAIT_SECONDS_MAX) return seconds;
  const rule = `--wait must be whole seconds up to ${WAIT_SECONDS_MAX}`;
  const problem = `Cannot wait as ${rule}: it is "${text}".`;
  throw new CliError({ code: "usage", problem }, problem);
}
