export { ActReader, type ActReaderSetup } from "./actReader.ts";
export { SupervisorClient } from "./client.ts";
export {
  acceptedSettings,
  CONFIG_FILE_DEFAULT,
  findConfiguration,
  readConfiguration,
  readForSettings,
} from "./configuration.ts";
export { keyFileText, OPERATOR_ID, readAllKeys, readKeyFile } from "./keyFile.ts";
export { endLeftover, findLeftovers, type ProcessRecord } from "./leftovers.ts";
export type { Role } from "./machine/index.ts";
export {
  REPORT_EVERY_MS,
  type RoleOrder,
  type RoleReport,
  roleOrderSchema,
  roleSchema,
} from "./message.ts";
export {
  type AdoptedAct,
  actId,
  type EpochRaisedAct,
  type GateSetAct,
  type OperatorAct,
  type OverrideClearedAct,
  type OverrideSetAct,
  removeAct,
  writeAct,
} from "./operatorActs.ts";
export { type RunOptions, runRegion, STATE_FOLDER_DEFAULT } from "./options.ts";
export { SUPERVISOR_LOCK } from "./stateFolder.ts";
export { SuperviseError, type SuperviseFault } from "./superviseError.ts";
export type { ProcessRow, ProcessTable, ReloadOutcome } from "./table.ts";
export { openZoneStores, readSettingsKey, type ZoneStorePorts } from "./zoneStores.ts";
