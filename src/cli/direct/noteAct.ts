import { errorText } from "../../base/index.ts";
import { RealChance } from "../../net/index.ts";
import { actId, type OperatorAct, writeAct } from "../../supervise/index.ts";
import type { CliIo } from "../io.ts";
import type { Region } from "../region.ts";

/** An act without what every act has. */
export type NewAct = OperatorAct extends infer Act
  ? Act extends OperatorAct
    ? Omit<Act, "id" | "atMs" | "actor">
    : never
  : never;

/**
 * Notes in the state folder who did what at the DNS servers, and why; the journal takes it from
 * there when it lives. Where it cannot be noted that is said, and the act stands all the same.
 */
export function noteAct(io: CliIo, { layout }: Region, act: NewAct): boolean {
  const atMs = io.clock.wallMs();
  const whole: OperatorAct = { ...act, id: actId(atMs, new RealChance()), atMs, actor: io.actor };
  try {
    writeAct(layout, whole);
    return true;
  } catch (error) {
    io.err(`It is done, but who did it and why cannot be noted: ${errorText(error)}\n`);
    return false;
  }
}
