export { socketAddressText } from "./address.ts";
export { ConfigError, type ConfigFault } from "./configError.ts";
export { type Finding, findingText } from "./finding.ts";
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
export { type StateLayout, stateLayout } from "./stateLayout.ts";
