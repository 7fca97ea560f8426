import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { base64Text } from "../base/index.ts";
import type { StateLayout } from "../config/index.ts";
import { nameOf, parseTsigKey, type TsigKey } from "../dns/index.ts";
import { makeFolder } from "../net/index.ts";
import type { ProcessSpec, Role } from "./machine/index.ts";
import { SuperviseError } from "./superviseError.ts";

/** RFC 8945 section 8: a secret as long as the digest. */
const SECRET_OCTETS = 32;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** The key with which a person writes, also with nothing running but the nameserver. */
export const OPERATOR_ID = "operator";

const KEY_FILE =
  /^\s*key\s+"([^"\s]+)"\s*\{\s*algorithm\s+([a-z0-9-]+);\s*secret\s+"([\w+/=]+)";\s*\};\s*$/;

/** Roles that speak to zone stores: no other needs a key. */
const KEY_ROLES: ReadonlySet<Role> = new Set<Role>(["enactor", "store"]);

/**
 * Makes the keys that are missing: one for each process that speaks to zone stores, and one for
 * the operator. Keeps all others.
 */
export function makeKeys(
  layout: StateLayout,
  region: string,
  processes: readonly ProcessSpec[],
): void {
  makeFolder(layout.keysFolder, FOLDER_MODE);
  const ids = processes.filter(({ role }) => KEY_ROLES.has(role)).map(({ id }) => id);
  for (const id of [...ids, OPERATOR_ID]) {
    const path = layout.keyFile(id);
    if (existsSync(path)) continue;
    const name = nameOf(`${id}.${region}.`);
    const secret = base64Text(randomBytes(SECRET_OCTETS));
    writeFileSync(path, keyFileText(name, secret), { mode: FILE_MODE, flag: "wx" });
  }
}

/** A key as BIND's tools read it (`nsupdate -k`, `dig -k`); `secret` is base64. */
export function keyFileText(name: string, secret: string): string {
  return `key "${name}" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`;
}

/** Reads a key file. Throws SuperviseError `key-malformed`, or the system's error. */
export function readKeyFile(path: string): TsigKey {
  const found = KEY_FILE.exec(readFileSync(path, "utf8"));
  const [, name = "", algorithm = "", secret = ""] = found ?? [];
  const parsed = parseTsigKey({ name, algorithm, secret });
  if (parsed.kind === "parsed") return parsed.key;
  throw new SuperviseError(
    { code: "key-malformed", path },
    `Cannot read the key file ${path} as it must hold one key as BIND writes it: ` +
      "remove it, and the next start makes a new one",
  );
}

/** Every key of the state folder: whom the nameserver believes. In order of file name. */
export function readAllKeys(layout: StateLayout): readonly TsigKey[] {
  const files = readdirSync(layout.keysFolder).filter((file) => file.endsWith(".key"));
  return files.sort().map((file) => readKeyFile(join(layout.keysFolder, file)));
}
