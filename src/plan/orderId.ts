import type { Chance } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { OrderKind } from "./order.ts";

const LETTER: Readonly<Record<OrderKind, string>> = {
  override: "o",
  retirement: "t",
  revival: "v",
  rollback: "r",
};
/** With all else an id has, this stays within the fence's forty characters. */
const LABEL_CHARACTERS_MAX = 16;
/** Without what people take for one another: no 0 beside o, no 1 beside l. */
const DRAWN_FROM = "abcdefghijklmnopqrstuvwxyz23456789";
const DRAWN_CHARACTERS = 4;
const FIRST_LABEL = /^(?:\\\d{3}|\\.|[^.\\])*/;
const NONE: ReadonlySet<string> = new Set();

/**
 * A new order's id, for people and fences: `o-signin-20261122-1405-k3xw` (kind, first label of the
 * name, minute in UTC, chance).
 *
 * @param taken ids that it must not be: those made before it in one batch.
 */
export function orderId(
  kind: OrderKind,
  endpoint: Name,
  wallMs: number,
  chance: Chance,
  taken = NONE,
): string {
  const [label = ""] = FIRST_LABEL.exec(endpoint) ?? [];
  const plain = label.replace(/[^a-z0-9-]/g, "-").slice(0, LABEL_CHARACTERS_MAX);
  const [date = "", time = ""] = new Date(wallMs).toISOString().split("T");
  const minute = `${date.replaceAll("-", "")}-${time.slice(0, 5).replace(":", "")}`;
  for (;;) {
    const id = `${LETTER[kind]}-${plain}-${minute}-${draw(chance)}`;
    if (!taken.has(id)) return id;
  }
}

function draw(chance: Chance): string {
  let drawn = "";
  while (drawn.length < DRAWN_CHARACTERS) drawn += DRAWN_FROM[chance.below(DRAWN_FROM.length)];
  return drawn;
}
