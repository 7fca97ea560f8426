// Asks a server one question over UDP, and shows the answer as a zone file would.
// Run: node examples/dns/query.ts 127.0.0.1 5300 www.example.com A

import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  decodeMessage,
  encodeMessage,
  makeQuery,
  parseName,
  rcodeText,
  rdataText,
  typeCode,
  typeText,
  UDP_PAYLOAD_OCTETS,
} from "../../src/dns/index.ts";

const [address = "", port = "53", nameText = ".", type = "A"] = process.argv.slice(2);
const parsed = parseName(nameText);
const code = typeCode(type);
if (parsed.kind === "malformed") throw new Error(parsed.problem);
if (code === undefined) throw new Error(`${type} is no RR type`);

const id = randomInt(65536);
const query = makeQuery(id, parsed.name, code, { udpPayloadSize: UDP_PAYLOAD_OCTETS });
const socket = createSocket("udp4");
socket.connect(Number(port), address);
await once(socket, "connect");
socket.send(encodeMessage(query));
const [bytes] = await once(socket, "message", { signal: AbortSignal.timeout(5000) });
socket.close();

const decoded = decodeMessage(bytes as Uint8Array);
if (decoded.kind === "malformed") throw new Error(decoded.problem);
const { message } = decoded;
// Only the answer to what was asked is believed; a real client also waits on for it.
const [asked] = message.question;
if (message.id !== id || asked?.name !== parsed.name || asked.type !== code) {
  throw new Error("The answer is to another question");
}
console.log(rcodeText(message.rcode));
for (const { name, ttlSeconds, type: found, rdata } of message.answer) {
  console.log(`${name} ${ttlSeconds} IN ${typeText(found)} ${rdataText(found, rdata)}`);
}
