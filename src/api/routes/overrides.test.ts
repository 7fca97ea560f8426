import assert from "node:assert/strict";
import { test } from "node:test";
import { makeRRset, type Name, nameOf, parseRdata, typeCode } from "../../dns/index.ts";
import { type Fence, fenceText, type Reading } from "../../plan/index.ts";
import { OrderChanged } from "../schemas/orders.ts";
import { ApiWorld, type Asker } from "../world.suite.ts";

const DYNAMODB = "dynamodb.use1.holdfast.example.";
const HOUR_MS = 3_600_000;
const A = { type: "A", rdata: ["192.0.2.1"] };
const AAAA = { type: "AAAA", rdata: ["2001:db8::1"] };
const PIN = { rrsets: [A], forMs: 2 * HOUR_MS, reason: "az1 is lost" };

/** What a zone store is made to hold of one name. */
interface Held {
  readonly mark?: Fence["mark"];
  /** `A 192.0.2.7`, one for each RR type. */
  readonly records?: readonly string[];
  readonly hasFence?: boolean;
}

function readingOf(endpoint: Name, { mark, records = [], hasFence = true }: Held): Reading {
  const rrsets = records.map((text) => {
    const [type = "", rdata = ""] = text.split(" ");
    const code = typeCode(type) ?? 0;
    const parsed = parseRdata(code, rdata);
    assert.ok(parsed.kind === "parsed", text);
    return makeRRset(endpoint, code, 60, [parsed.rdata]);
  });
  if (!hasFence) return { kind: "read", endpoint, fence: { kind: "none" }, rrsets };
  const types = records.map((text) => text.split(" ")[0] ?? "");
  const place = { epoch: 0, generation: 1, edition: 2, types, digest: "0123456789abcdef" };
  const fence = mark === undefined ? place : { ...place, mark };
  return {
    kind: "read",
    endpoint,
    fence: { kind: "fence", fence, text: fenceText(fence) },
    rrsets,
  };
}

/** Runs a test where the only zone store holds these names, and nothing else. */
async function withHeld(
  held: (nowMs: number) => Readonly<Record<string, Held>>,
  run: (api: Asker, world: ApiWorld) => Promise<void>,
): Promise<void> {
  const world: ApiWorld = new ApiWorld({
    held: async (name) => {
      const one = held(world.clock.wallMs())[name] ?? { hasFence: false };
      return [{ storeId: "embedded", reading: readingOf(name, one) }];
    },
  });
  await world.plan(["dynamodb", "signin"]);
  await world.serve((api) => run(api, world));
}

async function asked(api: Asker, method: "PUT" | "DELETE", body?: object): Promise<OrderChanged> {
  const answer = await api.change(method, "/v1/endpoints/dynamodb/override", body);
  assert.equal(answer.status, 200, answer.text);
  return OrderChanged.parse(JSON.parse(answer.text));
}

/** The message of a refusal, which must be one. */
async function refusedText(api: Asker, body: object, status = 409): Promise<string> {
  const answer = await api.change("PUT", "/v1/endpoints/dynamodb/override", body);
  assert.equal(answer.status, status, answer.text);
  return answer.text;
}

/** An override of another machine that lasts an hour. */
function pinnedByOthers(nowMs: number): Readonly<Record<string, Held>> {
  const mark = { kind: "override", id: "o-laptop", untilMs: nowMs + HOUR_MS } as const;
  return { [DYNAMODB]: { mark, records: ["A 192.0.2.9"] } };
}

test("clearing an override that only DNS holds ends it in a new plan", () =>
  withHeld(pinnedByOthers, async (api, world) => {
    const cleared = await asked(api, "DELETE");
    assert.equal(cleared.changed, true);
    assert.match(cleared.message, /o-laptop, which only DNS holds, ends with the next plan/);
    assert.equal(await world.replan(), true);
    const entry = (await world.store.read())?.entries.get(nameOf(DYNAMODB));
    assert.ok(entry?.kind === "serving");
    assert.deepEqual(entry.ends, ["o-laptop"]);
    const again = await asked(api, "DELETE");
    assert.deepEqual([again.changed, again.message], [false, "o-laptop is being ended already"]);
  }));

test("an override takes the place of one that only DNS holds, and says so", () =>
  withHeld(pinnedByOthers, async (api, world) => {
    const { warnings } = await asked(api, "PUT", PIN);
    assert.deepEqual(warnings, ["It ends o-laptop as well, which only DNS holds."]);
    await world.replan();
    const entry = (await world.store.read())?.entries.get(nameOf(DYNAMODB));
    assert.ok(entry?.kind === "serving" && entry.override !== undefined);
    assert.deepEqual(entry.ends, ["o-laptop"]);
  }));

test("one that is an order here is not told of as one that only DNS holds", async () => {
  let id = "";
  await withHeld(
    (nowMs) => {
      const mark = { kind: "override", id, untilMs: nowMs + HOUR_MS } as const;
      return { [DYNAMODB]: id === "" ? {} : { mark, records: ["A 192.0.2.1"] } };
    },
    async (api, world) => {
      id = (await asked(api, "PUT", PIN)).order?.id ?? "";
      await world.replan();
      const replaced = await asked(api, "PUT", PIN);
      assert.deepEqual(replaced.warnings, [`It takes the place of ${id}.`]);
      id = replaced.order?.id ?? "";
      const cleared = await asked(api, "DELETE");
      assert.match(cleared.message, /is planned again/);
      assert.deepEqual(cleared.warnings, []);
    },
  );
});

test("one that is over in DNS is none, and what cannot be read is said", () =>
  withHeld(
    () => ({ [DYNAMODB]: { mark: { kind: "override", id: "o-old", untilMs: 1_000 } } }),
    async (api) => {
      const answer = await api.change("DELETE", "/v1/endpoints/dynamodb/override");
      assert.equal(answer.status, 404);
      assert.match(answer.text, /there is none, nor in DNS"/);
    },
  ));

/** A policy that no plan was made of yet: the plan store is new. */
function unplanned(held: Readonly<Record<string, Held>>, run: (api: Asker) => Promise<void>) {
  return withHeld(
    () => held,
    async (api, world) => {
      world.store.read = async () => undefined;
      world.store.changesAfter = async (after) => ({ head: await head(), after, entries: [] });
      const whole = await world.store.head();
      const head = async () => ({ ...whole, generation: 0, digest: "" });
      world.store.head = head;
      await run(api);
    },
  );
}

test("where no plan has a name, what the zones hold is kept beside the pins", () =>
  unplanned({ [DYNAMODB]: { records: ["A 192.0.2.7", "AAAA 2001:db8::7"] } }, async (api) => {
    const { order, warnings } = await asked(api, "PUT", PIN);
    assert.ok(order?.kind === "override");
    const held = order.rrsets.map(({ type, records }) => `${type} ${records[0]?.rdata}`);
    assert.deepEqual(held, ["A 192.0.2.1", "AAAA 2001:db8::7"]);
    assert.deepEqual(warnings, ["No plan has this name yet."]);
  }));

test("where no plan has a name, what it holds and what is configured bind the pins", async () => {
  await unplanned({ [DYNAMODB]: { records: ["A 192.0.2.7"] } }, async (api) => {
    assert.match(await refusedText(api, { ...PIN, rrsets: [A, AAAA] }), /AAAA, which it lacks/);
  });
  await unplanned({}, async (api) => {
    assert.match(await refusedText(api, { ...PIN, rrsets: [AAAA] }), /without A, which is config/);
    const { warnings } = await asked(api, "PUT", PIN);
    assert.deepEqual(warnings, ["No plan has this name yet: it is new in DNS."]);
  });
  const mark = { kind: "tombstone", id: "t-1", atMs: 1_000 } as const;
  await unplanned({ [DYNAMODB]: { mark } }, async (api) => {
    assert.match(await refusedText(api, PIN), /retired \(t-1\)/);
  });
  await unplanned({ [DYNAMODB]: { records: ["A 192.0.2.7"], hasFence: false } }, async (api) => {
    assert.match((await asked(api, "PUT", PIN)).warnings.join(), /no fence.*"adopt" it/);
  });
});

test("a CNAME that our own zones prove to answer nothing is refused", () => {
  const zone = ".use1.holdfast.example.";
  const held = {
    [`back${zone}`]: { records: [`CNAME ${DYNAMODB}`] },
    [`gone${zone}`]: { mark: { kind: "tombstone", id: "t-1", atMs: 1_000 } as const },
    [`spare${zone}`]: { records: ["AAAA 2001:db8::7"] },
  };
  return withHeld(
    () => held,
    async (api) => {
      const to = (target: string) => ({ ...PIN, rrsets: [{ type: "CNAME", rdata: [target] }] });
      assert.match(await refusedText(api, to(`back${zone}`)), /in a loop/);
      assert.match(await refusedText(api, to(`gone${zone}`)), /gone\S+ is retired/);
      assert.match(await refusedText(api, to(`nosuch${zone}`)), /nosuch\S+ has no address/);
      for (const target of [`spare${zone}`, `signin${zone}`, "elsewhere.example."]) {
        await asked(api, "PUT", to(target));
      }
    },
  );
});
