import { CodedError } from "../base/index.ts";

/** A place where a made-up load balancer should listen. */
interface Place {
  readonly target: string;
  readonly address: string;
  readonly port: number;
}

/** Every way the made-up load balancers can fail. The catalogue is docs/errors.md. */
export type DemoFault =
  /** Another program listens where a made-up load balancer should. */
  | ({ readonly code: "port-in-use" } & Place)
  /** The machine cannot listen there for another reason (no such loopback address, no right). */
  | ({ readonly code: "address-unusable"; readonly reason: string } & Place)
  /** Made-up load balancers live on 127.0.0.0/8 only, where nobody else can reach them. */
  | { readonly code: "not-loopback"; readonly target: string }
  /** Made-up load balancers speak no TLS. */
  | { readonly code: "https-not-served"; readonly target: string; readonly check: string }
  | { readonly code: "unknown-target"; readonly target: string }
  | { readonly code: "unknown-zone"; readonly zone: string }
  /** A request or an answer that is not what both sides agreed on: versions differ. */
  | { readonly code: "malformed"; readonly problem: string }
  /** Nobody answers at the control socket. */
  | { readonly code: "not-running"; readonly socketPath: string }
  /** The control socket cannot be made there. */
  | { readonly code: "socket-unusable"; readonly socketPath: string; readonly reason: string };

/** The made-up load balancers cannot do what was asked; nothing was changed unless it says so. */
export class DemoError extends CodedError<DemoFault> {}
