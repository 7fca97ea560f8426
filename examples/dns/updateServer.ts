// Takes signed UPDATEs over TCP, and shows what each asks for. It changes nothing.
// Run: node examples/dns/updateServer.ts 5301
import { createServer } from "node:net";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  makeResponse,
  parseUpdate,
  Rcode,
  rdataText,
  signMessage,
  typeText,
  unsignedTsigError,
  verifyMessage,
} from "../../src/dns/index.ts";
import { KEY } from "./key.ts";

const FRAMES_OCTETS_MAX = 16_384; // what one UPDATE may be, here

function respond(bytes: Uint8Array): Uint8Array | undefined {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const keyFor = (name: string) => (name === KEY.name ? KEY : undefined);
  const verified = verifyMessage(bytes, keyFor, { nowSeconds });
  const decoded = decodeMessage(verified.kind === "verified" ? verified.message : bytes);
  if (decoded.kind === "malformed" || decoded.message.qr) return undefined;
  const { message } = decoded;
  if (verified.kind === "refused") {
    const notauth = encodeMessage(makeResponse(message, Rcode.NOTAUTH));
    const { keyName, algorithm, error } = verified;
    return unsignedTsigError(notauth, keyName, algorithm, error, nowSeconds);
  }
  if (verified.kind !== "verified") return encodeMessage(makeResponse(message, Rcode.REFUSED));
  const parsed = parseUpdate(message);
  const rcode = parsed.kind === "update" ? Rcode.NOERROR : parsed.rcode;
  if (parsed.kind === "update") {
    for (const { kind } of parsed.update.prerequisites) console.log(`if ${kind}`);
    for (const step of parsed.update.steps) {
      if (step.kind !== "add") console.log(step.kind);
      else {
        const { name, type, rdata } = step.record;
        console.log(`add ${name} ${typeText(type)} ${rdataText(type, rdata)}`);
      }
    }
  }
  const response = encodeMessage(makeResponse(message, rcode));
  const signing = { timeSeconds: nowSeconds, requestMac: verified.mac };
  return signMessage(response, verified.key, signing).bytes;
}

const server = createServer((socket) => {
  const frames = new FrameReader(FRAMES_OCTETS_MAX);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    for (const bytes of frames.push(chunk)) {
      const response = respond(bytes);
      if (response === undefined) socket.destroy();
      else socket.write(frame(response));
    }
    if (frames.problem !== undefined) socket.destroy();
  });
});
const [port = "5301"] = process.argv.slice(2);
server.listen(Number(port), "127.0.0.1", () => {
  const place = server.address();
  if (typeof place === "object") console.log(`port ${place?.port}`);
});
