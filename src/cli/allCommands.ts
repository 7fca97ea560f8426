import type { CommandSpec } from "./commandSpec.ts";
import { adoptCommand } from "./commands/adopt.ts";
import { backupCommand, restoreCommand } from "./commands/backup.ts";
import { checkCommand } from "./commands/check.ts";
import {
  demoFailCommand,
  demoHealCommand,
  demoSlowCommand,
  demoStateCommand,
} from "./commands/demo.ts";
import {
  dnssecDsCommand,
  dnssecOffCommand,
  dnssecRollCommand,
  dnssecStatusCommand,
  dnssecTrustClockCommand,
} from "./commands/dnssec.ts";
import { drillCommand, drillListCommand } from "./commands/drill.ts";
import { endpointsCommand } from "./commands/endpoints.ts";
import { epochRaiseCommand } from "./commands/epoch.ts";
import { explainCommand } from "./commands/explain.ts";
import { pauseCommand, resumeCommand } from "./commands/gate.ts";
import { guardCommand } from "./commands/guard.ts";
import {
  overrideClearCommand,
  overrideListCommand,
  overrideSetCommand,
} from "./commands/override.ts";
import { planCommand } from "./commands/plan.ts";
import { diffCommand, plansCommand } from "./commands/plans.ts";
import { reloadCommand } from "./commands/reload.ts";
import {
  retireCancelCommand,
  retireCommand,
  retireListCommand,
  reviveCancelCommand,
  reviveCommand,
} from "./commands/retire.ts";
import {
  rollbackCommand,
  rollbackListCommand,
  rollbackReleaseCommand,
} from "./commands/rollback.ts";
import { runCommand } from "./commands/run.ts";
import { statusCommand } from "./commands/status.ts";
import {
  drainCommand,
  forceDownCommand,
  forceUpCommand,
  releaseCommand,
  targetsCommand,
} from "./commands/targets.ts";
import { watchCommand } from "./commands/watch.ts";
import type { CliActions } from "./runCli.ts";

/** Every command, in the order in which help lists them. */
export function allCommands(actions: CliActions): readonly CommandSpec[] {
  return [
    runCommand(actions),
    guardCommand(actions),
    checkCommand,
    planCommand,
    statusCommand,
    endpointsCommand,
    explainCommand,
    watchCommand,
    plansCommand,
    diffCommand,
    targetsCommand,
    drainCommand,
    forceUpCommand,
    forceDownCommand,
    releaseCommand,
    pauseCommand,
    resumeCommand,
    overrideSetCommand,
    overrideListCommand,
    overrideClearCommand,
    rollbackCommand,
    rollbackListCommand,
    rollbackReleaseCommand,
    retireCommand,
    retireListCommand,
    retireCancelCommand,
    reviveCommand,
    reviveCancelCommand,
    adoptCommand,
    epochRaiseCommand,
    reloadCommand,
    backupCommand,
    restoreCommand,
    dnssecStatusCommand,
    dnssecDsCommand,
    dnssecRollCommand,
    dnssecOffCommand,
    dnssecTrustClockCommand,
    demoFailCommand,
    demoHealCommand,
    demoSlowCommand,
    demoStateCommand,
    drillCommand(actions.drills),
    drillListCommand(actions.drills),
  ];
}
