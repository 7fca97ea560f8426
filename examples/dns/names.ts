// Names, types and RDATA between text and wire, without any message.
// Run: node examples/dns/names.ts
import {
  compareNames,
  encodeName,
  isBelow,
  nameOf,
  parseRdata,
  rdataText,
  typeCode,
} from "../../src/dns/index.ts";

const name = nameOf("A\\.dot.Example.COM");
console.log(name, encodeName(name).length, isBelow(name, nameOf("example.com")));
console.log(compareNames(nameOf("a.example"), nameOf("z.a.example")) < 0);

const type = typeCode("LOC") ?? 0;
const parsed = parseRdata(type, "52 14 05 N 0 8 50 E 10m");
if (parsed.kind === "parsed") console.log(parsed.rdata.length, rdataText(type, parsed.rdata));

const wrong = parseRdata(type, "91 N 0 E 0");
if (wrong.kind === "malformed") console.log(wrong.problem);

console.log(rdataText(731, Uint8Array.of(1, 2, 3)));
