export type { ProcessNote, StartProblem, SupervisorEffect, SupervisorEvent } from "./event.ts";
export { TICK_MS } from "./limits.ts";
export type { ProcessSpec, ProcessState, Role } from "./process.ts";
export { EMPTY_SUPERVISOR } from "./state.ts";
export { stepSupervisor } from "./step.ts";
