/** Where in a document something stands: keys and list indexes from the root down. */
export type DocumentPath = readonly (string | number)[];

/** A path for people: `endpoints[3].pools[0]`; empty text for the root. */
export function pathText(path: DocumentPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** The folder part of a file's path, with its slash; empty text where there is none. */
function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

/** The path of a file that `file` names: relative to its folder, unless it is absolute. */
export function besideFile(file: string, named: string): string {
  if (named.startsWith("/")) return named;
  return `${folderOf(file)}${named.replace(/^(\.\/)+/, "")}`;
}
