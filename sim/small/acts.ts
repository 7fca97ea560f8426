import type { Order, Override, PlanEntry } from "../../src/plan/index.ts";
import { LATE_MS, wallMsAt, ZONE } from "./names.ts";
import type { Act, Next, Now, Past, Scene } from "./now.ts";
import { type LineNow, planOf } from "./planLine.ts";
import { PINNED, PINNED_AGAIN, PINNED_ALIAS } from "./policies.ts";

const HOLD_DOWN_MS = LATE_MS - wallMsAt("early");

/** What a person does next, where it can be done now. */
export function actMoves(scene: Scene, now: Now): readonly Next[] {
  const act = scene.acts[now.circumstances.actsDone];
  const next = act === undefined ? undefined : acted(act, scene, now);
  if (act === undefined || next === undefined) return [];
  const circumstances = { ...next.circumstances, actsDone: next.circumstances.actsDone + 1 };
  const tell = (): string => `a person asks for this: ${act}`;
  return [{ kind: "wish", now: { ...next, circumstances }, tell }];
}

function acted(act: Act, scene: Scene, now: Now): Now | undefined {
  const [endpoint] = scene.endpoints;
  const { line } = now;
  const entry = endpoint === undefined ? undefined : planOf(line).entries.get(endpoint);
  if (endpoint === undefined || entry === undefined) return undefined; // nothing is planned yet
  const asked = {
    endpoint,
    zone: ZONE,
    actor: "operator:ann",
    reason: "a test",
    atMs: wallMsAt("early"),
  };
  const has = (kind: Order["kind"]): boolean => line.orders.some((order) => order.kind === kind);
  switch (act) {
    case "override":
      return put(now, { ...pin(asked, "o-1", PINNED), direct: false });
    case "override-again": {
      const order = { ...pin(asked, "o-2", PINNED_AGAIN), direct: false };
      const without = end(now, "override");
      return without === undefined ? undefined : put(without, order);
    }
    case "override-alias":
      return put(now, { ...pin(asked, "o-3", PINNED_ALIAS), direct: false });
    case "retire": {
      if (has("override")) return undefined;
      return put(now, { ...asked, kind: "retirement", id: "t-1", holdDownMs: HOLD_DOWN_MS });
    }
    case "revive":
      return revive(now, asked, entry);
    case "roll-back":
      return rollBack(now, asked);
    case "clear":
      return end(now, "override");
    case "cancel":
      return end(now, "retirement");
    case "release":
      return end(now, "rollback");
    case "override-direct":
    case "clear-direct":
      return undefined;
  }
}

type Asked = Pick<Order, "endpoint" | "zone" | "actor" | "reason" | "atMs">;

function pin(asked: Asked, id: string, rrsets: Override["rrsets"]): Omit<Override, "direct"> {
  return { ...asked, kind: "override", id, untilMs: LATE_MS, answers: "all", rrsets };
}

function revive(now: Now, asked: Asked, entry: PlanEntry): Now | undefined {
  if (entry.kind !== "tombstone") return undefined;
  const { past } = now.circumstances;
  const { tombstoneId } = entry;
  const revived = [...past.revived, tombstoneId];
  return put(withPast(now, { ...past, revived }), {
    ...asked,
    kind: "revival",
    id: "v-1",
    tombstoneId,
  });
}

function rollBack(now: Now, asked: Asked): Now | undefined {
  const first = now.line.plans[0]?.delta;
  const old = first?.changed.find(({ endpoint }) => endpoint === asked.endpoint);
  if (first === undefined || old?.kind !== "serving" || now.line.plans.length < 2) return undefined;
  const { generation } = first;
  const { answers, rrsets } = old;
  const order = { kind: "rollback", id: "r-1", toGeneration: generation, answers, rrsets } as const;
  return put(now, { ...asked, ...order });
}

/** The world with an order more in the plan store. */
export function put(now: Now, order: Order): Now {
  const orders = [...now.line.orders, order];
  orders.sort((left, right) => (left.id < right.id ? -1 : 1));
  return withLine(now, { ...now.line, orders });
}

/** The world after a person took an order back; undefined where there is none of the kind. */
export function end(now: Now, kind: Order["kind"]): Now | undefined {
  const order = now.line.orders.find((held) => held.kind === kind);
  if (order === undefined) return undefined;
  const orders = now.line.orders.filter((held) => held !== order);
  const next = withLine(now, { ...now.line, orders });
  if (kind !== "override") return next;
  const { past } = now.circumstances;
  return withPast(next, { ...past, endedOverrides: [...past.endedOverrides, order.id] });
}

function withLine(now: Now, line: LineNow): Now {
  return { ...now, line };
}

function withPast(now: Now, past: Past): Now {
  return { ...now, circumstances: { ...now.circumstances, past } };
}
