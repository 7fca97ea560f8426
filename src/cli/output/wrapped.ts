import { COLUMNS_MAX } from "./table.ts";

/** Items in lines that fit the page. */
export function wrapped(items: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    const longer = line === "" ? `${indent}${item}` : `${line}, ${item}`;
    if (longer.length >= COLUMNS_MAX && line !== "") {
      lines.push(`${line},`);
      line = `${indent}${item}`;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}
