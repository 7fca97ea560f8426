import { lstatSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorText } from "../base/index.ts";
import type { StateLayout } from "../config/index.ts";
import {
  ACT_FORMAT,
  actsFolder,
  EPOCH_MAX,
  type OperatorAct,
  REASON_CHARACTERS_MAX,
} from "./operatorActs.ts";

/** What became of an act file. */
export type ActFile =
  | { readonly kind: "act"; readonly act: OperatorAct }
  /** Not an act: put aside as `<file>.bad`, for a person to look at. */
  | { readonly kind: "bad"; readonly file: string; readonly problem: string }
  /** Left where it is: not ours to read, or written by a newer version. */
  | { readonly kind: "left"; readonly file: string; readonly problem: string };

/** Largest act file: an override with the most records that a type may have is below it. */
const ACT_OCTETS_MAX = 1_048_576;
/** Files looked at in one reading: people act by hand; the rest comes with the next. */
export const FILES_AT_ONCE_MAX = 2_000;
const NONE: ReadonlySet<string> = new Set();
const STORES_MAX = 100;
const TYPES_MAX = 16;

const anyVersion = z.object({ holdfastAct: z.int().min(1) });
type FileSchema = z.ZodType<{ readonly holdfastAct: number; readonly act: OperatorAct }>;

// The store's room is loaded where acts are read, and not by every command that may write one.
async function fileSchema(): Promise<FileSchema> {
  const { nameSchema, overrideSchema } = await import("../store/index.ts");
  const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
  const typeSchema = z.string().regex(/^[A-Z][A-Z0-9]{0,9}$/);
  const members = {
    id: idSchema,
    atMs: z.number().min(0).max(8.64e15),
    actor: z.string().min(1).max(255),
    reason: z.string().max(REASON_CHARACTERS_MAX),
    zone: nameSchema,
    stores: z.array(z.string().min(1).max(255)).min(1).max(STORES_MAX),
  };
  const actSchema: z.ZodType<OperatorAct> = z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("override-set"), ...members, override: overrideSchema }),
    z.strictObject({
      kind: z.literal("override-cleared"),
      ...members,
      endpoint: nameSchema,
      overrideId: idSchema,
    }),
    z.strictObject({
      kind: z.literal("endpoint-adopted"),
      ...members,
      endpoint: nameSchema,
      types: z.array(typeSchema).min(1).max(TYPES_MAX),
    }),
    z.strictObject({
      kind: z.literal("epoch-raised"),
      ...members,
      endpoint: nameSchema,
      epoch: z.int().min(1).max(EPOCH_MAX),
    }),
    z.strictObject({
      kind: z.literal("gate-set"),
      ...members,
      automation: z.enum(["on", "repairs", "paused"]),
    }),
  ]);
  return z.strictObject({ holdfastAct: z.literal(ACT_FORMAT), act: actSchema });
}

/**
 * Reads acts that wait, oldest first; at most 2,000 at once. What is not an act is put aside, so
 * that it is told once and holds up nothing. Rejects with the system's error where the folder is
 * there and cannot be read.
 *
 * @param leftBefore files that stayed where they are: looked at last, so that they starve no other.
 */
export async function readActs(
  layout: StateLayout,
  leftBefore: ReadonlySet<string> = NONE,
): Promise<readonly ActFile[]> {
  const folder = actsFolder(layout);
  const all = actFiles(folder);
  const isLast = (file: string): boolean => leftBefore.has(file);
  const inTurn = [...all.filter((file) => !isLast(file)), ...all.filter(isLast)];
  const files = inTurn.slice(0, FILES_AT_ONCE_MAX);
  if (files.length === 0) return [];
  const schema = await fileSchema();
  const found = files.map((file) => readOne(schema, folder, file));
  return found.sort((left, right) => atMsOf(left) - atMsOf(right));
}

function actFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function readOne(schema: FileSchema, folder: string, file: string): ActFile {
  const path = join(folder, file);
  let text: string;
  try {
    const stat = lstatSync(path);
    if (!stat.isFile()) return { kind: "left", file, problem: "it is not a plain file" };
    if (stat.size > ACT_OCTETS_MAX) {
      return putAside(path, file, `it must be <= ${ACT_OCTETS_MAX} octets: it is ${stat.size}`);
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    return { kind: "left", file, problem: errorText(error) };
  }
  return understand(schema, { path, file, text });
}

/** What was read of one file. */
interface Found {
  readonly path: string;
  readonly file: string;
  readonly text: string;
}

function understand(schema: FileSchema, { path, file, text }: Found): ActFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return putAside(path, file, "it is not JSON");
  }
  const version = anyVersion.safeParse(content).data?.holdfastAct;
  if (version !== undefined && version > ACT_FORMAT) {
    return { kind: "left", file, problem: `its format ${version} is of a newer version` };
  }
  const read = schema.safeParse(content);
  if (!read.success) {
    const [issue] = read.error.issues;
    return putAside(path, file, `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { act } = read.data;
  if (`${act.id}.json` !== file) return putAside(path, file, `it is the file of ${act.id}`);
  return { kind: "act", act };
}

function putAside(path: string, file: string, problem: string): ActFile {
  try {
    renameSync(path, `${path}.bad`);
    return { kind: "bad", file, problem };
  } catch (error) {
    return { kind: "left", file, problem: `${problem}; and ${errorText(error)}` };
  }
}

function atMsOf(found: ActFile): number {
  return found.kind === "act" ? found.act.atMs : 0;
}
