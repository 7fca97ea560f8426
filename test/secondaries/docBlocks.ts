// The configuration blocks of docs/secondaries.md, with the places of a test put in: what people
// read there is what is tested.
import { readFileSync } from "node:fs";

const PAGE = readFileSync(new URL("../../docs/secondaries.md", import.meta.url), "utf8");

/** What stands in the page for what a test has of its own. */
export interface Places {
  readonly primary: { readonly address: string; readonly port: number };
  readonly zone: string;
  /** Base64. */
  readonly secret: string;
}

/** The block with this name behind its language. */
export function docBlock(name: string, { primary, zone, secret }: Places): string {
  const found = new RegExp(`^\`\`\`[a-z]+ ${name}\n([^]*?)^\`\`\`$`, "m").exec(PAGE);
  if (found?.[1] === undefined) throw new Error(`docs/secondaries.md has no block ${name}`);
  return found[1]
    .replaceAll("192.0.2.53@53", `${primary.address}@${primary.port}`)
    .replaceAll("192.0.2.53:53", `${primary.address}:${primary.port}`)
    .replaceAll("192.0.2.53 port 53", `${primary.address} port ${primary.port}`)
    .replaceAll("192.0.2.53", primary.address)
    .replaceAll("use1.example.com", zone)
    .replaceAll("c2VjcmV0IG9mIGF0IGxlYXN0IDE2IG9jdGV0cw==", secret);
}
