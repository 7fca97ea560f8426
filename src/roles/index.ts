export { RoleError, type RoleFault } from "./roleError.ts";
export { runGuard } from "./runGuard.ts";
export { type RoleOptions, runRole, runSupervisedRole } from "./runRole.ts";
export { type OpenedThreads, openUdpThreads, type ThreadsWanted } from "./udpThreads.ts";
