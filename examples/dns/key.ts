// A TSIG key of text such as `tsig-keygen` prints. This secret is public: never use it elsewhere.
import { parseTsigKey, type TsigKey } from "../../src/dns/index.ts";

const parsed = parseTsigKey({
  name: "example-key",
  algorithm: "hmac-sha256",
  secret: "c2l4dGVlbiBvY3RldHMgYW5kIG1vcmUgb2YgdGhlbS4=",
});
if (parsed.kind === "malformed") throw new Error(parsed.problem);

export const KEY: TsigKey = parsed.key;
