import type { Name } from "../../dns/index.ts";
import {
  checkOverride,
  type NonEmpty,
  type Override,
  orderId,
  type PlannedContent,
  plannedContent,
  type ServingEntry,
} from "../../plan/index.ts";
import { refusal } from "../apiError.ts";
import type { ApiContext, ApiServer } from "../context.ts";
import { OVERRIDE_MS_MAX, OVERRIDE_MS_MIN, PIN_TTL_SECONDS_MAX } from "../limits.ts";
import { aliasFault } from "../orders/aliasFault.ts";
import { type FenceWord, readFences } from "../orders/fenceWord.ts";
import { lookAt } from "../orders/lookAt.ts";
import { newNameProblem } from "../orders/newName.ts";
import { mergePins, type Pin, readPins } from "../orders/pins.ts";
import { endOrder, placeOrder } from "../orders/placeOrder.ts";
import { endpointOrder } from "../orders/standing.ts";
import { endStrays } from "../orders/strays.ts";
import type { EndpointFacts } from "../overview.ts";
import { type OrderChanged, OverrideRequest } from "../schemas/orders.ts";
import { momentText } from "../views/momentText.ts";
import { addOrderRoutes } from "./addOrderRoutes.ts";

/** Records that a person pins (break-glass), and their end. */
export function overrideRoutes(app: ApiServer, context: ApiContext): void {
  addOrderRoutes(app, context, {
    kind: "override",
    ask: {
      ...{ summary: "Pin what an endpoint answers", operationId: "setOverride" },
      description: "It becomes a new plan at once, and takes the place of an earlier one.",
      body: OverrideRequest,
      run: setOverride,
    },
    end: {
      ...{ summary: "End an override before its time", operationId: "clearOverride" },
      ...{ reason: "taken back", run: clearOverride },
    },
  });
}

async function setOverride(
  context: ApiContext,
  facts: EndpointFacts,
  wish: OverrideRequest,
  actor: string,
): Promise<OrderChanged> {
  const { clock, chance } = context.deps;
  const { name, zone } = facts;
  const { reason } = wish;
  checkRanges(wish);
  const entry = (await context.state.plan()).entries.get(name);
  if (entry?.kind === "tombstone") throw retired(name, entry.tombstoneId);
  const read = readPins(wish.rrsets);
  if (read.kind === "malformed") throw refusal(400, "malformed-records", read.problem);
  const reading = readFences(context, facts);
  const content = await pinnedContent(entry, facts, read.pins, wish, reading);
  const fault = await aliasFault(name, read.pins, (target) => lookAt(context, target));
  if (fault !== undefined) throw refusal(409, "override-refused", fault);
  const atMs = clock.wallMs();
  const order: Override = {
    kind: "override",
    ...{ id: orderId("override", name, atMs, chance), endpoint: name, zone, actor, reason, atMs },
    untilMs: Math.ceil((atMs + wish.forMs) / 1000) * 1000,
    ...content,
    direct: false,
  };
  const pinned = read.pins.map(({ type, records }) => `${type} ${records.join(" ")}`).join(" ");
  const until = momentText(order.untilMs);
  const message = `${name} is pinned to ${pinned} until ${until} (${order.id})`;
  const notes = await alsoAsked(context, name, entry === undefined ? await reading : undefined);
  const placed = await placeOrder(context, order, message, notes);
  const why = `replaced by ${order.id}`;
  const { warnings } = await endStrays(context, facts, await reading, actor, why);
  return { ...placed, warnings: [...placed.warnings, ...warnings] };
}

/** What it answers while it is pinned. Throws a refusal where that could not be taken back. */
async function pinnedContent(
  entry: ServingEntry | undefined,
  { name, policy }: EndpointFacts,
  pins: NonEmpty<Pin>,
  { ttlSeconds }: OverrideRequest,
  reading: Promise<FenceWord>,
): Promise<PlannedContent> {
  const { merged, problems } =
    entry === undefined
      ? await newContent(name, policy?.types ?? [], pins, ttlSeconds, reading)
      : overPlan(name, entry, pins, ttlSeconds);
  if (problems.length === 0) return merged;
  throw refusal(409, "override-refused", problems.join("; "));
}

interface Merged {
  readonly merged: PlannedContent;
  readonly problems: readonly string[];
}

function overPlan(
  name: Name,
  entry: ServingEntry,
  pins: NonEmpty<Pin>,
  ttlSeconds: number | undefined,
): Merged {
  const merged = mergePins(pins, ttlSeconds, entry, entry.beneath);
  return { merged, problems: checkOverride(merged, plannedContent(entry), name) };
}

// The plan store may be a new one: what the zones hold counts then, and what is configured.
async function newContent(
  name: Name,
  types: readonly string[],
  pins: NonEmpty<Pin>,
  ttlSeconds: number | undefined,
  reading: Promise<FenceWord>,
): Promise<Merged> {
  const { content: held, tombstones } = await reading;
  const [tombstone] = tombstones;
  if (tombstone !== undefined) throw retired(name, tombstone);
  const merged = mergePins(pins, ttlSeconds, held);
  const missing = held === undefined ? newNameProblem(merged, types) : undefined;
  const problems = checkOverride(merged, held, name);
  return { merged, problems: missing === undefined ? problems : [missing, ...problems] };
}

function retired(name: Name, id: string): Error {
  const message = `Cannot override ${name}: it is retired (${id})`;
  return refusal(409, "retired", message, `bring it back first: "revive ${name}"`);
}

async function clearOverride(
  context: ApiContext,
  facts: EndpointFacts,
  actor: string,
  reason: string,
): Promise<OrderChanged> {
  const { name } = facts;
  const reading = readFences(context, facts);
  const order = endpointOrder(await context.state.orders(), name, "override");
  const planned = `${name} is planned again`;
  const ended =
    order && (await endOrder(context, order, actor, reason, `${planned} (${order.id} is over)`));
  const word = await reading;
  const strays = await endStrays(context, facts, word, actor, reason);
  if (ended !== undefined) {
    return { ...ended, warnings: [...ended.warnings, ...strays.warnings] };
  }
  const { entry } = facts;
  const ending = entry?.kind === "serving" ? entry.override?.id : undefined;
  const ids = strays.seen.join(", ");
  if (strays.ended.length > 0) {
    const message = `${name}: ${ids}, which only DNS holds, ends with the next plan`;
    return { changed: true, message, warnings: [...strays.warnings] };
  }
  const left = ids === "" ? ending : ids;
  if (left !== undefined) {
    return { changed: false, message: `${left} is being ended already`, warnings: [] };
  }
  const unread =
    word.unread.length === 0 ? "" : `; not all could be read: ${word.unread.join("; ")}`;
  const message = `Cannot end the override of ${name}: there is none, nor in DNS${unread}`;
  const hint = unread === "" ? undefined : 'what is there is ended by "override clear --direct"';
  throw refusal(404, "no-such-order", message, hint);
}

function checkRanges({ forMs, ttlSeconds }: OverrideRequest): void {
  if (forMs < OVERRIDE_MS_MIN || forMs > OVERRIDE_MS_MAX) {
    const problem = "Cannot override for less than a second or more than 7 days";
    const hint = "what must last longer belongs into the configuration";
    throw refusal(400, "out-of-range", `${problem}: it is ${forMs / 1000} s`, hint);
  }
  if (ttlSeconds !== undefined && (ttlSeconds < 0 || ttlSeconds > PIN_TTL_SECONDS_MAX)) {
    const problem = `Cannot pin with a TTL outside 0..${PIN_TTL_SECONDS_MAX} s`;
    throw refusal(400, "out-of-range", `${problem}: it is ${ttlSeconds} s`);
  }
}

/** @param unplanned what DNS holds of a name that no plan has. */
async function alsoAsked(
  context: ApiContext,
  name: Name,
  unplanned: FenceWord | undefined,
): Promise<string[]> {
  const orders = await context.state.orders();
  const retirement = endpointOrder(orders, name, "retirement");
  const replaced = endpointOrder(orders, name, "override");
  const due = retirement === undefined ? 0 : retirement.atMs + retirement.holdDownMs;
  return [
    ...(retirement === undefined ? [] : [`It is to be retired as well, at ${momentText(due)}.`]),
    ...(replaced === undefined ? [] : [`It takes the place of ${replaced.id}.`]),
    ...(unplanned === undefined ? [] : newTexts(unplanned)),
  ];
}

function newTexts({ content, unfenced, unread }: FenceWord): string[] {
  const isNew = content === undefined && unread.length === 0;
  const inDns = isNew ? ": it is new in DNS" : "";
  return [
    `No plan has this name yet${inDns}.`,
    ...unfenced.map((storeId) => {
      const way = '"adopt" it, or pin it with "override set --direct"';
      return `Its records on ${storeId} have no fence, and enactors leave them alone: ${way}.`;
    }),
  ];
}
