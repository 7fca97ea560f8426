import { type Disk, type DnssecCrypto, errorText, type Log } from "../../base/index.ts";
import { type Name, RRType } from "../../dns/index.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import type { Book } from "./book.ts";
import { decodeOrder, orderFile, orderId, type SigningOrder } from "./orders.ts";
import type { SigningTime } from "./signingTime.ts";
import { type ActOutcome, act } from "./stages.ts";

/** Orders done in one turn: people give one at a time. */
const ORDERS_MAX = 16;

interface OrderParts {
  readonly disk: Disk;
  readonly crypto: DnssecCrypto;
  readonly log: Log;
  readonly zoneOf: (apex: Name) => ZoneView | undefined;
}

/** Does the orders that lie in the folder. Each is done once: its outcome is durable first. */
export async function takeOrders(parts: OrderParts, book: Book, time: SigningTime): Promise<void> {
  const ids = (await parts.disk.list()).flatMap((file) => orderId(file) ?? []);
  for (const id of ids.slice(0, ORDERS_MAX)) {
    const bytes = await parts.disk.read(orderFile(id));
    const order = bytes === undefined ? undefined : decodeOrder(bytes);
    const outcome = order === undefined ? UNREADABLE : judge(parts, book, time, order);
    const { text } = outcome;
    parts.log.info("an order was taken", { ...order, outcome: outcome.kind, text });
    const isDone = outcome.kind === "done";
    try {
      await book.settle({ id, isDone, text }, isDone ? outcome.signing : undefined);
    } catch (error) {
      parts.log.error("cannot write down an order", { problem: errorText(error) });
      return;
    }
    await parts.disk.remove(orderFile(id));
  }
}

const UNREADABLE: ActOutcome = { kind: "refused", text: "Cannot read the order" };

type Judged =
  | ActOutcome
  | { readonly kind: "done"; readonly signing: undefined; readonly text: string };

function judge(
  { crypto, zoneOf }: OrderParts,
  book: Book,
  time: SigningTime,
  { zone, act: order }: SigningOrder,
): Judged {
  if (order === "trust-clock") {
    const { movedSeconds } = time.trust();
    book.redate(movedSeconds, time.now());
    return { kind: "done", signing: undefined, text: "The clock is believed: signing goes on." };
  }
  const { certainSeconds, isTrusted } = time.now();
  if (!isTrusted) {
    const text = `Cannot roll or end signing as the clock must be right: ${time.problem ?? ""}`;
    return { kind: "refused", text };
  }
  const state = book.get(zone);
  if (state !== undefined) return act(state, order, certainSeconds, () => crypto.generate());
  const apex = zoneOf(zone)?.node(zone);
  if (order !== "ds-gone" || rrsetOfType(apex, RRType.DNSKEY) === undefined) {
    return { kind: "refused", text: `Cannot do that as zone ${zone} must be signed: it is not` };
  }
  // Its keys are lost, and nothing points to them any more: what they signed can only go.
  const signing = {
    ...({ zone, stage: "unsigning", sinceSeconds: certainSeconds, keys: [] } as const),
    ...{ ttlSecondsMax: 0, newestSeconds: 0, lastExpirationSeconds: 0, aheadSeconds: 0 },
  };
  return { kind: "done", signing, text: "Signatures and keys are being taken away." };
}
