import type { Drill } from "../drill.ts";
import { CONFIGURATION_UPDATE } from "./configurationUpdate.ts";
import { DNSSEC_ROLL_OUT } from "./dnssecRollOut.ts";
import { DORMANT_LINK } from "./dormantLink.ts";
import { EMERGENCY_SCRIPT } from "./emergencyScript.ts";
import { FLAPPING_CHECKS } from "./flappingChecks.ts";
import { LEFTOVER_ZONES } from "./leftoverZones.ts";
import { MASS_WITHDRAWAL } from "./massWithdrawal.ts";
import { QUERY_SURGE } from "./querySurge.ts";

/** Other outages, the oldest first. */
export const OTHER_EVENTS: readonly Drill[] = [
  LEFTOVER_ZONES,
  QUERY_SURGE,
  EMERGENCY_SCRIPT,
  CONFIGURATION_UPDATE,
  DNSSEC_ROLL_OUT,
  MASS_WITHDRAWAL,
  DORMANT_LINK,
  FLAPPING_CHECKS,
];
