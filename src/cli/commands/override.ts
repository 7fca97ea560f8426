import {
  type ApiClient,
  findEndpoint,
  OVERRIDE_MS_MAX,
  OVERRIDE_MS_MIN,
  type Pin,
  readPinWords,
} from "../../api/index.ts";
import { type Name, parseName } from "../../dns/index.ts";
import type { NonEmpty } from "../../plan/index.ts";
import { usage } from "../cliError.ts";
import {
  CONFIG,
  type CommandSpec,
  type Invocation,
  JSON_OUTPUT,
  REASON,
  STATE,
} from "../commandSpec.ts";
import { DIRECT_CLEAR_OPTIONS, DIRECT_OPTIONS, DIRECT_READ_OPTIONS } from "../direct/options.ts";
import { durationOption } from "../durationOption.ts";
import { ExitCode } from "../exitCode.ts";
import { ordersOf } from "../orders/listOrders.ts";
import { NO_WAIT, orDirect, required, tellPlaced } from "../orders/placed.ts";
import { reachWarnings } from "../orders/reach.ts";
import { overrideLines } from "../output/orderText.ts";
import { printJson, printLines } from "../output/print.ts";
import { type Region, withApi } from "../region.ts";

/** `holdfast override set`: break-glass. */
export const overrideSetCommand: CommandSpec = {
  path: "override set",
  words: "<name> <records...>",
  summary: "pin what a name answers, for a while (break-glass)",
  text:
    "Records are a type and its data, and the next type: A 192.0.2.1 192.0.2.2 AAAA 2001:db8::1. " +
    "Types that are not named stay as they are; a CNAME takes the place of all. It becomes a new " +
    "plan at once, ahead of everything else, and ends by itself. With --direct it is written " +
    "straight to the DNS servers, with nothing of Holdfast running.",
  options: [
    REASON,
    { flags: "-f, --for <duration>", text: "how long it lasts: 90s, 30m, 2h, 7d at most" },
    { flags: "-t, --ttl <duration>", text: "TTL of the pinned records (default: as it is)" },
    ...DIRECT_OPTIONS,
    NO_WAIT,
    JSON_OUTPUT,
    STATE,
    CONFIG,
  ],
  examples: [
    {
      line: 'override set dynamodb A 192.0.2.1 --reason "az1 is lost" --for 2h',
      text: "one address, for two hours",
    },
    {
      line: "override set dynamodb A 192.0.2.1 AAAA 2001:db8::1 -r lost -f 30m --ttl 5s",
      text: "both types, soon forgotten by resolvers",
    },
    {
      line: "override set signin CNAME signin.standby.example. -r standby -f 2h --direct",
      text: "another name, with everything but the DNS server dead",
    },
  ],
  run: set,
};

/** `holdfast override list`: what is pinned. */
export const overrideListCommand: CommandSpec = {
  path: "override list",
  summary: "list what people pinned, until when, by whom and why",
  text: "With --direct, the fences in DNS are asked instead: nothing else needs to run.",
  options: [...DIRECT_READ_OPTIONS, JSON_OUTPUT, STATE, CONFIG],
  examples: [
    { line: "override list", text: "all of them, those that only DNS knows of included" },
    { line: "override list --direct", text: "with everything but the DNS server dead" },
  ],
  run: async (given) => {
    if (given.options.has("direct")) return (await directly()).listDirectly(given);
    withoutDirect(given, ["store"]);
    return orDirect("this", () => withApi(given, (api) => list(given, api)));
  },
};

/** `holdfast override clear`: ends an override before its time. */
export const overrideClearCommand: CommandSpec = {
  path: "override clear",
  words: "<name>",
  summary: "end an override before its time: the plan comes back",
  options: [REASON, ...DIRECT_CLEAR_OPTIONS, NO_WAIT, JSON_OUTPUT, STATE, CONFIG],
  examples: [
    { line: 'override clear dynamodb --reason "az1 is back"', text: "at once" },
    { line: "override clear dynamodb --direct", text: "one that was set directly" },
  ],
  run: clear,
};

async function set(given: Invocation): Promise<number> {
  const { options, words, io } = given;
  const [name = "", ...records] = words;
  const pins = pinsOf(records);
  const reason = required(given, "reason", '"az1 is lost"');
  const forMs = durationOption("--for", required(given, "for", "2h"));
  const ttl = options.text("ttl");
  const ttlSeconds = ttl === undefined ? undefined : durationOption("--ttl", ttl) / 1000;
  const withTtl = ttlSeconds === undefined ? {} : { ttlSeconds };
  checkFor(forMs);
  if (options.has("direct")) {
    const untilMs = io.clock.wallMs() + forMs;
    const { setDirectly } = await directly();
    return setDirectly(given, { nameText: name, pins, untilMs, reason, ...withTtl });
  }
  withoutDirect(given, ["store", "new", "dry-run"]);
  return orDirect("an override", () =>
    withApi(given, async (api, region) => {
      const rrsets = pins.map(({ type, records: rdata }) => ({ type, rdata: [...rdata] }));
      const changed = await api.setOverride(name, { rrsets, forMs, reason, ...withTtl });
      const endpoint = endpointNamed(changed.order?.endpoint ?? name, region);
      const warnings =
        endpoint === undefined ? [] : await reachWarnings(endpoint, pins, region, io);
      const id = changed.order?.id;
      return tellPlaced(
        given,
        api,
        changed,
        endpoint ?? name,
        ({ entry }) => entry?.kind === "serving" && entry.override?.id === id,
        warnings,
      );
    }),
  );
}

/** Loaded only where it is asked for: other commands do not wait for it. */
function directly(): Promise<typeof import("../direct/index.ts")> {
  return import("../direct/index.ts");
}

function pinsOf(records: readonly string[]): NonEmpty<Pin> {
  const read = readPinWords(records);
  if (read.kind === "pins") return read.pins;
  throw usage(read.problem);
}

// The API says the same of what it is sent; a direct override has nobody else to say it.
function checkFor(forMs: number): void {
  if (forMs >= OVERRIDE_MS_MIN && forMs <= OVERRIDE_MS_MAX) return;
  throw usage("--for must be 1s to 7d: what must last longer belongs into the configuration");
}

function withoutDirect({ options }: Invocation, names: readonly string[]): void {
  for (const name of names) {
    if (options.has(name)) throw usage(`--${name} is for --direct: add that as well`);
  }
}

function endpointNamed(text: string, { settings }: Region): Name | undefined {
  const found = findEndpoint(text, settings.policy.endpoints);
  if (found.kind === "found") return found.name;
  const parsed = parseName(text);
  return parsed.kind === "parsed" ? parsed.name : undefined;
}

async function list({ io, options }: Invocation, api: ApiClient): Promise<number> {
  const { orders, fenceOverrides } = await api.orders("override");
  if (options.has("json")) {
    printJson(io, { orders, fenceOverrides });
    return ExitCode.OK;
  }
  const lines = overrideLines(ordersOf(orders, "override"), fenceOverrides, io.clock.wallMs());
  printLines(io, lines.length === 0 ? ["Nothing is overridden."] : lines);
  return ExitCode.OK;
}

async function clear(given: Invocation): Promise<number> {
  const { options, words } = given;
  const [name = ""] = words;
  if (options.has("direct")) return (await directly()).clearDirectly(given, name);
  withoutDirect(given, ["store", "dry-run"]);
  return orDirect("clearing an override", () =>
    withApi(given, async (api) => {
      const view = await api.endpoint(name);
      const id = ordersOf(view.orders, "override")[0]?.id;
      const changed = await api.endOrder(view.endpoint, "override", options.text("reason"));
      return tellPlaced(given, api, changed, view.endpoint, ({ entry }) => {
        if (entry?.kind !== "serving") return false;
        return entry.override === undefined || entry.override.id !== id;
      });
    }),
  );
}
