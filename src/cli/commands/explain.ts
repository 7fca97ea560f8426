import { ApiError, type EndpointView } from "../../api/index.ts";
import { CONFIG, type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { readFromDns } from "../gates/readFromDns.ts";
import { explainLines } from "../output/explainText.ts";
import { printJson, printLines } from "../output/print.ts";
import { clientOf, openRegion } from "../region.ts";

/** `holdfast explain`: what a name answers, from which plan, and why. */
export const explainCommand: CommandSpec = {
  path: "explain",
  words: "<name>",
  summary: "say what an endpoint answers, from which plan, and why",
  text:
    "Shows why each target is in the answer or out of it, since when, and what each zone store " +
    "holds now. The name may be given without its end where that is unique. Where the API does " +
    "not answer, DNS itself is asked.",
  options: [JSON_OUTPUT, STATE, CONFIG],
  examples: [
    { line: "explain dynamodb", text: "the only endpoint that begins with dynamodb." },
    { line: "explain dynamodb.use1.holdfast.example --json", text: "for a program" },
  ],
  run: explain,
};

async function explain(given: Invocation): Promise<number> {
  const { io, options } = given;
  const [name = ""] = given.words;
  const region = openRegion(given);
  const api = clientOf(region, io);
  let view: EndpointView;
  try {
    view = await api.endpoint(name);
  } catch (error) {
    if (!(error instanceof ApiError && error.fault.code === "api-unreachable")) throw error;
    const held = await readFromDns(name, region, io);
    io.err(`${error.message}.\nWhy it answers so cannot be said now; what DNS holds:\n`);
    if (options.has("json")) printJson(io, { source: "dns", endpoint: name, held });
    else
      printLines(
        io,
        held.flatMap(({ storeId, lines }) => [`${storeId}:`, ...lines]),
      );
    return ExitCode.CANNOT;
  } finally {
    await api.close();
  }
  if (options.has("json")) printJson(io, { source: "api", ...view });
  else printLines(io, explainLines(view, io.clock.wallMs(), io.colour));
  return ExitCode.OK;
}
