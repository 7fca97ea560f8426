import { NameserverError } from "../nameserverError.ts";

const FILE_NAME = /^(journal|image|snapshot)-(0|[1-9][0-9]{0,9})$/;

/** A file of the state folder. */
export interface StateFile {
  readonly name: string;
  readonly kind: "journal" | "image" | "snapshot";
  readonly number: number;
}

/** What of a folder's files is the nameserver's state, in order of number. */
export function stateFilesOf(names: readonly string[]): readonly StateFile[] {
  const found = names.flatMap((name): StateFile[] => {
    const [, kind, number] = FILE_NAME.exec(name) ?? [];
    if (kind !== "journal" && kind !== "image" && kind !== "snapshot") return [];
    return [{ name, kind, number: Number(number) }];
  });
  return found.toSorted((left, right) => left.number - right.number);
}

/** Files that hold whole zones, newest first; of one number, the image before the snapshot. */
export function wholeFiles(files: readonly StateFile[]): readonly StateFile[] {
  const whole = files.filter(({ kind }) => kind !== "journal");
  return whole.toSorted((left, right) => {
    return right.number - left.number || (left.kind < right.kind ? -1 : 1);
  });
}

/**
 * The journals that belong behind a whole file with this number (0: behind nothing). A journal is
 * begun only when the one before holds commits: none may be missing.
 *
 * @throws NameserverError `state-incomplete`
 */
export function journalsFrom(start: number, files: readonly StateFile[]): readonly StateFile[] {
  const journals = files.filter(({ kind, number }) => kind === "journal" && number >= start);
  const missing = journals.find(({ number }, index) => number !== start + index);
  const hasNothing = start === 0 && journals.length === 0 && files.length > 0;
  if (missing === undefined && !hasNothing) return journals;
  const problem =
    start === 0 && journals[0]?.number !== 0
      ? "neither a whole image nor journal-0 is there"
      : `a journal before ${missing?.name} is not there`;
  throw new NameserverError(
    { code: "state-incomplete", problem },
    `Cannot load zones as no file may be missing: ${problem}; restore a backup`,
  );
}

/**
 * Files that are not needed once image `number` is whole. Kept are, as far as they fit the octets
 * allowed for history: the journals before it, for transfers of what changed, and the whole file
 * before it, in case this one cannot be read.
 */
export function superseded(
  files: readonly (StateFile & { readonly octets: number })[],
  number: number,
  historyOctetsMax: number,
): readonly StateFile[] {
  let left = historyOctetsMax;
  let oldest = number;
  for (const { kind, number: of, octets } of files.toReversed()) {
    if (kind !== "journal" || of >= number) continue;
    if (of !== oldest - 1 || octets > left) break;
    left -= octets;
    oldest = of;
  }
  const kept = wholeFiles(files).find((file) => file.number < number && file.number >= oldest);
  return files.filter((file) => {
    if (file.kind === "journal") return file.number < oldest;
    return file.number < number && file !== kept;
  });
}
