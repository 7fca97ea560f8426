import type { EndpointView } from "../../api/index.ts";
import { nameOf } from "../../dns/index.ts";
import type { Dependents, LastAsked } from "../direct/index.ts";
import type { CliIo } from "../io.ts";
import { wrapped } from "../output/wrapped.ts";
import type { Region } from "../region.ts";

/** Names that lead to it and are listed by themselves. */
const DEPENDENTS_SHOWN = 20;

/** What a person should see before a name is retired. */
export interface BeforeRetiring {
  readonly lines: readonly string[];
  readonly dependents: Dependents;
  readonly lastAsked: LastAsked;
}

/** Looks up what a name answers, what in its zone leads to it, and when it was last asked for. */
export async function beforeRetiring(
  view: EndpointView,
  region: Region,
  io: CliIo,
): Promise<BeforeRetiring> {
  // Loaded only here: other commands do not wait for it.
  const { dependentsOf, lastAskedOf, lastAskedText } = await import("../direct/index.ts");
  const [zone, endpoint] = [nameOf(view.zone), nameOf(view.endpoint)];
  const [dependents, lastAsked] = await Promise.all([
    dependentsOf(zone, endpoint, region, io),
    lastAskedOf(endpoint, region, io),
  ]);
  const asked = sentence(lastAskedText(lastAsked, io.clock.wallMs()));
  return {
    lines: [...answerLines(view), ...dependentLines(dependents), asked],
    dependents,
    lastAsked,
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function answerLines({ endpoint, entry, inConfiguration }: EndpointView): string[] {
  if (entry?.kind !== "serving") return [];
  const configured = inConfiguration
    ? ["It is in the configuration: it stays retired all the same, and status says so."]
    : [];
  return [
    `${endpoint} answers:`,
    ...entry.rrsets.flatMap(({ type, records }) => {
      return wrapped(
        records.map(({ rdata }) => `${type} ${rdata}`),
        "  ",
      );
    }),
    ...configured,
  ];
}

function dependentLines(dependents: Dependents): string[] {
  if (dependents.kind === "unlisted") {
    return [`What in its zone leads to it cannot be listed: ${dependents.problem}`];
  }
  const { names, more } = dependents;
  if (names.length === 0) return ["Nothing in its zone leads to it."];
  const shown = names.slice(0, DEPENDENTS_SHOWN);
  const rest = names.length - shown.length + more;
  return [
    "In its zone, these lead to it, and will lead nowhere:",
    ...shown.map(({ name, type }) => `  ${name} ${type}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}
