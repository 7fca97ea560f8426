export { socketAddressText } from "./address.ts";
export { ConfigError, type ConfigFault } from "./configError.ts";
export { type Finding, findingText } from "./finding.ts";
export { type FileRead, type ReadFile, readSettings, type SettingsRead } from "./readSettings.ts";
export { configurationJsonSchema, configurationReference } from "./reference.ts";
export type {
  EmbeddedStoreSettings,
  KeySettings,
  NameserverSettings,
  Rfc2136StoreSettings,
  SecretSource,
  Settings,
  StoreSettings,
  ZoneSettings,
} from "./settings.ts";
export { readSettingsText, settingsText } from "./settingsText.ts";
export { type StateLayout, stateLayout } from "./stateLayout.ts";
