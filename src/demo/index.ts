export { DemoClient } from "./client.ts";
export { type Demo, type DemoParts, startDemo } from "./demo.ts";
export { DemoError, type DemoFault } from "./demoError.ts";
export { type DemoListener, type DemoTarget, demoTargets } from "./demoTarget.ts";
export type { DemoState } from "./loadBalancer.ts";
export type { DemoSelection } from "./loadBalancers.ts";
export { DELAY_MS_MAX } from "./protocol.ts";
