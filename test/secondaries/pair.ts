// A primary of ours and one secondary, on free ports, gone afterwards whatever happened.
import { freePlaces, until } from "../processes/instance.ts";
import { digShort } from "../shown/tools.ts";
import { Primary, SECRET_BASE64, ZONE } from "./primary.ts";
import { SecondaryServer, type ServerKind } from "./servers.ts";

/** A primary of ours with one secondary. */
export interface Pair {
  readonly primary: Primary;
  readonly secondary: SecondaryServer;
  /** Waits until the secondary serves the primary's serial. */
  readonly synced: (what: string, zone?: string) => Promise<void>;
}

/** Runs `work` on a primary of ours and a secondary of a kind, both with nothing yet. */
export async function withPair(
  kind: ServerKind,
  work: (pair: Pair) => Promise<void>,
  options: {
    isUnsigned?: boolean;
    catalog?: string;
    journalOctetsMax?: number;
    hasDnssec?: boolean;
  } = {},
): Promise<void> {
  const [ours, theirs] = [await freePlaces(), await freePlaces()];
  const { isUnsigned = false, catalog, journalOctetsMax, hasDnssec = false } = options;
  const primary = new Primary({
    port: ours.dnsPort,
    secondaries: [{ address: "127.0.0.1", port: theirs.dnsPort }],
    usesTsig: !isUnsigned,
    hasDnssec,
    ...(catalog === undefined ? {} : { catalog }),
    ...(journalOctetsMax === undefined ? {} : { journalOctetsMax }),
  });
  const secondary = new SecondaryServer(kind, {
    primary: primary.place,
    port: theirs.dnsPort,
    zone: ZONE,
    secret: SECRET_BASE64,
    isUnsigned,
    hasCatalog: catalog !== undefined,
  });
  const synced = (what: string, zone = ZONE): Promise<void> =>
    until(
      `has ${what}`,
      async () => (await serialAt(secondary, zone)) === primary.serial(zone),
      () => `${JSON.stringify(primary.report.transfers)} ${secondary.output}`,
    );
  try {
    await primary.start();
    await work({ primary, secondary, synced });
  } finally {
    await secondary.dispose();
    await primary.dispose();
  }
}

/** The serial that a secondary serves of a zone; undefined where it does not. */
export async function serialAt(
  { place }: SecondaryServer,
  zone: string,
): Promise<number | undefined> {
  const [soa] = await digShort(place.port, "+time=1", "+tries=1", zone, "SOA");
  const serial = soa?.split(" ")[2];
  return serial === undefined ? undefined : Number(serial);
}
