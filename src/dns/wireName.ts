import { assert } from "../base/index.ts";
import { type Name, OCTET_TEXT, ROOT } from "./name.ts";

/** Reads what `encodeName` wrote. Not for octets of others: a malformed name fails an assertion. */
export function decodeName(wire: Uint8Array): Name {
  let text = "";
  let at = 0;
  for (;;) {
    const length = wire[at];
    assert(length !== undefined && length < 64, "a name in wire format is whole");
    if (length === 0) return text === "" ? ROOT : (text as Name);
    for (let index = at + 1; index <= at + length; index += 1) {
      text += OCTET_TEXT[wire[index] ?? 0] ?? "";
    }
    text += ".";
    at += 1 + length;
  }
}
