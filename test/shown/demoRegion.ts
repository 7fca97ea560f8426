// The demo region of examples/region, moved to places of this test's own.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePlaces, Region } from "../processes/instance.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/region/holdfast.yaml", import.meta.url));
/** Where the example's load balancers are. */
const EXAMPLE_NET = /127\.77\./g;

/** The zone of the demo region. */
export const ZONE = "use1.holdfast.example";

/** The example's text on other ports and loopback addresses. */
export async function demoRegion(
  change: (text: string) => string = (text) => text,
): Promise<Region> {
  const places = await freePlaces();
  const net = `127.${16 + (process.pid % 200)}.`;
  const text = readFileSync(EXAMPLE, "utf8")
    .replaceAll(EXAMPLE_NET, net)
    .replaceAll("127.0.0.1:5300", `127.0.0.1:${places.dnsPort}`)
    .replaceAll("127.0.0.1:8053", `127.0.0.1:${places.apiPort}`);
  return new Region(places, change(text));
}

/** Runs `work` on a demo region that is up, and gone afterwards. */
export async function withDemo(work: (region: Region) => Promise<void>): Promise<void> {
  const region = await demoRegion();
  try {
    await region.up();
    await work(region);
  } finally {
    await region.dispose();
  }
}
