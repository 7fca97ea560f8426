import { z } from "zod";
import { errorText } from "../../base/index.ts";
import { CliError } from "../cliError.ts";

/** Raise it with any change that an older reader would misread. */
const FORMAT_VERSION = 1;
/** Name of the manifest in a backup. */
export const MANIFEST_FILE = "MANIFEST.json";
/** A file's place: relative, with plain names only, so that none lands outside of its folder. */
const PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

const ManifestFile = z.strictObject({
  path: z.string().max(1000).regex(PATH),
  octets: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const Manifest = z.object({
  holdfastBackup: z.literal(FORMAT_VERSION),
  region: z.string().min(1),
  madeAtMs: z.number(),
  /** Whether the instance ran meanwhile. */
  online: z.boolean(),
  files: z.array(ManifestFile),
});
const AnyVersion = z.object({ holdfastBackup: z.number() });

/** One file of a backup. */
export type BackedUpFile = z.output<typeof ManifestFile>;
/** What a backup holds. */
export type Manifest = z.output<typeof Manifest>;

/** The text of a manifest. */
export function manifestText(manifest: Omit<Manifest, "holdfastBackup">): string {
  return `${JSON.stringify({ holdfastBackup: FORMAT_VERSION, ...manifest }, null, 1)}\n`;
}

/** Reads a manifest. Throws CliError `backup-unusable`. */
export function readManifest(text: string): Manifest {
  const document = parsed(text);
  const version = AnyVersion.safeParse(document).data?.holdfastBackup;
  if (version !== undefined && version > FORMAT_VERSION) {
    throw unusable(`its format ${version} is newer than this program's ${FORMAT_VERSION}`);
  }
  const read = Manifest.safeParse(document);
  if (!read.success) throw unusable(`its ${MANIFEST_FILE} is not one: ${problemOf(read.error)}`);
  const paths = read.data.files.map((file) => file.path);
  if (new Set(paths).size !== paths.length) throw unusable("its manifest lists a file twice");
  return read.data;
}

/** A backup that must not be used, and why. */
export function unusable(problem: string): CliError {
  return new CliError({ code: "backup-unusable", problem }, `Cannot use the backup: ${problem}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(`its ${MANIFEST_FILE} is not JSON: ${errorText(error)}`);
  }
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "malformed" : `${issue.path.join(".")} ${issue.message}`;
}
