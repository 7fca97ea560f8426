import { pino } from "pino";
import type { Log, LogFacts } from "../base/index.ts";

/** How lines look: one JSON object a line for programs, or a line of text for people. */
export type LogFormat = "text" | "json";

/** Where finished lines go. Must not throw. */
export interface LineSink {
  write(line: string): void;
}

/** Lines that wait while nobody reads standard error; newer ones are dropped above it. */
const WAITING_OCTETS_MAX = 1024 * 1024;

/**
 * Standard error as a sink that does not block on a pipe, whose reader may be a stopped process:
 * what it has not read waits here up to a limit, and is lost if this process ends before it reads.
 */
export function stderrSink(): LineSink {
  const { stderr } = process;
  // A log that cannot be written (reader gone, disk full) must not end the process.
  if (stderr.listenerCount("error") === 0) stderr.on("error", () => {});
  return {
    write: (line) => {
      if (stderr.writableLength <= WAITING_OCTETS_MAX) stderr.write(line);
    },
  };
}

/** The format for standard error: `HOLDFAST_LOG` (`text` or `json`), else text on a terminal. */
export function stderrFormat(wanted: string | undefined): LogFormat {
  if (wanted === "text" || wanted === "json") return wanted;
  return process.stderr.isTTY ? "text" : "json";
}

/** The log of one process; `processId` (such as `enactor-az1`) stands in every line. */
export function openLog(
  processId: string,
  format: LogFormat = stderrFormat(process.env["HOLDFAST_LOG"]),
  sink: LineSink = stderrSink(),
): Log {
  return format === "json" ? jsonLog(processId, sink) : textLog(processId, sink);
}

function jsonLog(processId: string, sink: LineSink): Log {
  const logger = pino({ base: { process: processId } }, sink);
  return {
    info: (message, facts) => logger.info({ ...facts }, message),
    warn: (message, facts) => logger.warn({ ...facts }, message),
    error: (message, facts) => logger.error({ ...facts }, message),
  };
}

function textLog(processId: string, sink: LineSink): Log {
  const write = (level: string, message: string, facts: LogFacts = {}): void => {
    sink.write(textLine(new Date(), level, processId, message, facts));
  };
  return {
    info: (message, facts) => write("", message, facts),
    warn: (message, facts) => write("warning: ", message, facts),
    error: (message, facts) => write("error: ", message, facts),
  };
}

/** `12:00:01.250 enactor-az1 warning: message (key=value)`, in local time, with a line end. */
export function textLine(
  at: Date,
  level: string,
  processId: string,
  message: string,
  facts: LogFacts,
): string {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const tail = known.length === 0 ? "" : ` (${known.map((pair) => pair.join("=")).join(" ")})`;
  return oneLine(`${clockText(at)} ${processId} ${level}${message}${tail}`);
}

function clockText(at: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const milliseconds = String(at.getMilliseconds()).padStart(3, "0");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `${time}.${milliseconds}`;
}

// What others sent (names, problems) may end up in a line: it must not fake a second one, nor
// steer the terminal.
function oneLine(text: string): string {
  const controls = /\p{Cc}/gu;
  return `${text.replace(controls, (control) => JSON.stringify(control).slice(1, -1))}\n`;
}
