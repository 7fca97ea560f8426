import { CodedError } from "../base/index.ts";

/** Every way starting, or asking, a supervisor can fail. The catalogue is docs/errors.md. */
export type SuperviseFault =
  /** Another instance runs on this state folder: stop it, or use a folder of your own. */
  | { readonly code: "state-in-use"; readonly folder: string; readonly pid?: number }
  /** The state folder belongs to another region: nothing of it was touched. */
  | { readonly code: "other-region"; readonly found: string; readonly wanted: string }
  /** Unix sockets below the state folder could not be named: take a shorter path. */
  | { readonly code: "path-too-long"; readonly octets: number; readonly octetsMax: number }
  /** The state folder cannot be made, read or written. */
  | { readonly code: "state-unusable"; readonly folder: string; readonly reason: string }
  /** A port that the configuration asks for cannot be listened on. */
  | { readonly code: "port-unusable"; readonly address: string; readonly port: number }
  /** A key file is not what was written. */
  | { readonly code: "key-malformed"; readonly path: string }
  /** There is neither a configuration file nor an accepted configuration. */
  | { readonly code: "no-configuration"; readonly folder: string }
  /** A process that an earlier instance left behind does not end. */
  | { readonly code: "leftover-stays"; readonly pid: number }
  /** No supervisor answers on the state folder's socket. */
  | { readonly code: "unreachable"; readonly reason: string };

/** The region cannot be started, or its supervisor not be asked. The message says what to do. */
export class SuperviseError extends CodedError<SuperviseFault> {}
