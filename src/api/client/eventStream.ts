import { ApiError } from "../apiError.ts";
import { EventView } from "../schemas/journal.ts";

/** One event as it was streamed. */
export type StreamedEvent = EventView;

/** An event is a few hundred octets: a line much longer than that is not one. */
const LINE_CHARACTERS_MAX = 1024 * 1024;

/**
 * Reads server-sent events (HTML standard section 9.2.6) as this API writes them: one `data` line
 * each. Ends with the stream; a half event at its end is dropped, as a resume brings it again.
 */
export async function* eventStream(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let pending = "";
  let data = "";
  for await (const chunk of chunks) {
    pending += decoder.decode(chunk, { stream: true });
    const lines = pending.split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data: ")) data += line.slice("data: ".length);
      if (line !== "" || data === "") continue;
      yield readEvent(data);
      data = "";
    }
    if (pending.length + data.length > LINE_CHARACTERS_MAX) throw malformed("an event is too long");
  }
}

function readEvent(data: string): StreamedEvent {
  const read = EventView.safeParse(parsed(data));
  if (read.success) return read.data;
  throw malformed("an event is not one of this version");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function malformed(problem: string): ApiError {
  const fault = { code: "api-malformed-answer" as const, problem };
  return new ApiError(fault, `Cannot follow the events: ${problem}`);
}
