// Answers questions on UDP from a zone file: names and types just as they stand in it.
// Run: node examples/dns/serve.ts examples/dns/example.zone 5300
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import {
  decodeMessage,
  encodeMessage,
  makeResponse,
  Opcode,
  Rcode,
  readZoneFile,
  UDP_OCTETS_MIN,
} from "../../src/dns/index.ts";

const [file = "", port = "5300"] = process.argv.slice(2);
const read = readZoneFile(readFileSync(file, "utf8"), { file });
if (read.kind === "malformed") throw new Error(read.problems[0]?.problem);

function answer(bytes: Uint8Array): Uint8Array | undefined {
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") {
    // Whatever comes off a socket is hostile: without a header, or with QR set, say nothing.
    if (decoded.header === undefined || decoded.header.qr) return undefined;
    return encodeMessage(makeResponse(decoded.header, Rcode.FORMERR));
  }
  const { message, questionWire } = decoded;
  const [question] = message.question;
  if (message.qr || question === undefined) return undefined;
  if (message.opcode !== Opcode.QUERY) {
    return encodeMessage(makeResponse(message, Rcode.NOTIMP), { questionWire });
  }
  const records = read.kind === "records" ? read.records : [];
  const atName = records.filter(({ name }) => name === question.name);
  const rcode = atName.length > 0 ? Rcode.NOERROR : Rcode.NXDOMAIN;
  const found = atName.filter(({ type }) => type === question.type);
  const response = { ...makeResponse(message, rcode), aa: true, answer: found };
  const sizeMax = Math.max(UDP_OCTETS_MIN, message.edns?.udpPayloadSize ?? 0);
  return encodeMessage(response, { questionWire, sizeMax });
}

const socket = createSocket("udp4", (bytes, peer) => {
  const response = answer(bytes);
  if (response !== undefined) socket.send(response, peer.port, peer.address);
});
socket.bind(Number(port), "127.0.0.1", () => console.log(`port ${socket.address().port}`));
