import type { EndpointRow, EndpointsPage } from "../../api/index.ts";
import { CliError } from "../cliError.ts";
import { CONFIG, type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { painter, toneOf } from "../output/paint.ts";
import { printJson, printLines } from "../output/print.ts";
import { tableText } from "../output/table.ts";
import { withApi } from "../region.ts";

/** Rows shown unless asked otherwise: what a person looks through. */
const ROWS_DEFAULT = 100;
/** Rows per request. */
const PAGE_ROWS = 1000;

/** `holdfast endpoints`: what is managed, and how each is served. */
export const endpointsCommand: CommandSpec = {
  path: "endpoints",
  summary: "list endpoints and how each is served",
  options: [
    { flags: "-z, --zone <zone>", text: "only endpoints of this zone" },
    { flags: "-p, --prefix <text>", text: "only names that begin so" },
    {
      flags: "-m, --mode <mode>",
      text: "only endpoints served in this way",
      choices: [
        ...["healthy", "fail-open", "failed-over", "held", "capacity-held", "orphaned"],
        ...["overridden", "rolled-back", "retired", "not-planned"],
      ],
    },
    { flags: "-n, --limit <rows>", text: `show at most so many (default: ${ROWS_DEFAULT})` },
    { flags: "--all", text: "show all" },
    JSON_OUTPUT,
    STATE,
    CONFIG,
  ],
  examples: [
    { line: "endpoints", text: "the first hundred, in order of name" },
    { line: "endpoints --mode fail-open", text: "those without enough healthy targets" },
    { line: "endpoints --mode retired", text: "names that answer nothing, on purpose" },
    { line: "endpoints --prefix dynamodb --json", text: "for a program" },
  ],
  run: (given) =>
    withApi(given, async (api) => {
      const { io, options } = given;
      const wanted = options.has("all") ? Number.MAX_SAFE_INTEGER : rowsWanted(given);
      const rows: EndpointRow[] = [];
      const filter = {
        zone: options.text("zone"),
        prefix: options.text("prefix"),
        mode: options.text("mode"),
      };
      let page: EndpointsPage;
      let after: string | undefined;
      do {
        const limit = Math.min(PAGE_ROWS, wanted - rows.length);
        page = await api.endpoints({ ...filter, after, limit });
        rows.push(...page.endpoints);
        after = page.next;
      } while (after !== undefined && rows.length < wanted);
      const { generation, total } = page;
      if (options.has("json")) printJson(io, { generation, total, endpoints: rows });
      else printLines(io, rowLines(given, rows, total));
      return ExitCode.OK;
    }),
};

function rowsWanted({ options }: Invocation): number {
  const text = options.text("limit");
  const rows = text === undefined ? ROWS_DEFAULT : Number(text);
  if (Number.isInteger(rows) && rows >= 1) return rows;
  const problem = `--limit must be a whole number from 1: it is ${text}`;
  throw new CliError({ code: "usage", problem }, problem);
}

function rowLines(given: Invocation, rows: readonly EndpointRow[], total: number): string[] {
  if (total === 0) return ["No endpoints."];
  const paint = painter(given.io.colour);
  const cells = rows.map((row) => [
    row.endpoint,
    paint(toneOf(row.mode), row.mode),
    Object.entries(row.addresses)
      .map(([type, count]) => `${count} ${type}`)
      .join(", ") || "-",
    row.generation === undefined ? "-" : String(row.generation),
    row.orders?.map(({ text }) => text).join("; ") ?? row.cause ?? "",
  ]);
  const table = tableText(["ENDPOINT", "SERVED", "RECORDS", "SINCE PLAN", "BECAUSE"], cells);
  const more = total - rows.length;
  const rest = more > 0 ? `${more} more: add --all, or narrow with --prefix, --zone, --mode` : "";
  return [table, ...(rest === "" ? [] : [paint("dim", rest)])];
}
