import { CodedError } from "../base/index.ts";

/** Every way handling settings can fail in a program. The catalogue is docs/errors.md. */
export type ConfigFault =
  | { readonly code: "settings-newer-format"; readonly found: number; readonly known: number }
  | { readonly code: "settings-malformed"; readonly problem: string };

/** Accepted settings that cannot be read back. A broken configuration file is a value instead. */
export class ConfigError extends CodedError<ConfigFault> {}
