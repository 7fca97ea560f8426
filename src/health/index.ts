export type { Probe, ProbeResult } from "./probe.ts";
export { Prober, type ProberParts, type ProberReport } from "./service.ts";
