// Replaces the addresses of a name by a signed UPDATE over TCP, where they are still what we think.
// Run: node examples/dns/update.ts 127.0.0.1 5301
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import {
  decodeMessage,
  encodeUpdate,
  extendedErrors,
  FrameReader,
  frame,
  nameOf,
  parseRdata,
  RRClass,
  RRType,
  rcodeText,
  signMessage,
  verifyMessage,
} from "../../src/dns/index.ts";
import { KEY } from "./key.ts";

const [address = "", port = "53"] = process.argv.slice(2);
const name = nameOf("www.example.com");

function a(text: string): Uint8Array {
  const parsed = parseRdata(RRType.A, text);
  if (parsed.kind === "malformed") throw new Error(parsed.problem);
  return parsed.rdata;
}

const rdata = a("192.0.2.7");
const bytes = encodeUpdate(randomInt(65536), {
  zone: nameOf("example.com"),
  prerequisites: [{ kind: "rrset-is", rrset: { name, type: RRType.A, rdata: [a("192.0.2.1")] } }],
  steps: [
    { kind: "delete-rrset", name, type: RRType.A },
    { kind: "add", record: { name, type: RRType.A, class: RRClass.IN, ttlSeconds: 60, rdata } },
  ],
});
const nowSeconds = () => Math.floor(Date.now() / 1000);
const signed = signMessage(bytes, KEY, { timeSeconds: nowSeconds() });

const socket = connect(Number(port), address);
const frames = new FrameReader();
socket.write(frame(signed.bytes));
let response: Uint8Array | undefined;
while (response === undefined) {
  const [chunk] = await once(socket, "data", { signal: AbortSignal.timeout(5000) });
  [response] = frames.push(chunk as Uint8Array);
}
socket.destroy();

// The MAC of the request goes into that of the response: an old response does not fit.
const check = { nowSeconds: nowSeconds(), requestMac: signed.mac };
const verified = verifyMessage(response, (of) => (of === KEY.name ? KEY : undefined), check);
if (verified.kind !== "verified") throw new Error(`The response is ${verified.kind}`);
const decoded = decodeMessage(verified.message);
if (decoded.kind === "malformed") throw new Error(decoded.problem);
console.log(rcodeText(decoded.message.rcode));
for (const { code, text } of extendedErrors(decoded.message)) console.log(`${code} ${text}`);
