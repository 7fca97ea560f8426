export { readSocketAddress, socketAddressText } from "./address.ts";
export { ConfigError, type ConfigFault } from "./configError.ts";
export { readDuration } from "./durations.ts";
export { type Finding, findingText } from "./finding.ts";
export { Findings, type Place, within } from "./findings.ts";
export { key, optionalDuration } from "./keyFacts.ts";
export { nameserverKeys } from "./nameserverKeys.ts";
export { type FileRead, type ReadFile, readSettings, type SettingsRead } from "./readSettings.ts";
export { configurationJsonSchema, configurationReference } from "./reference.ts";
export type {
  DnsSettings,
  EmbeddedStoreSettings,
  KeySettings,
  NameserverSettings,
  RateLimitSettings,
  Rfc2136StoreSettings,
  SecondarySettings,
  SecretSource,
  Settings,
  StoreSettings,
  TransferSettings,
  UpdateKeySettings,
  ZoneSettings,
} from "./settings.ts";
export { PLAIN_DNS, PLAIN_ZONE } from "./settings.ts";
export { readSettingsText, settingsText } from "./settingsText.ts";
export { readShape } from "./shapeFindings.ts";
export { readSource } from "./source.ts";
export { type StateLayout, stateLayout } from "./stateLayout.ts";
