import { isIPv4 } from "node:net";
import type { Check, Policy, Target } from "../plan/index.ts";
import { DemoError } from "./demoError.ts";

/** One port of a made-up load balancer. */
export interface DemoListener {
  /** 0: any free one (tests). */
  readonly port: number;
  /** Request paths that are answered with 200; none where only a connection is wanted. */
  readonly paths: readonly string[];
}

/** A load balancer to make up. */
export interface DemoTarget {
  readonly id: string;
  readonly availabilityZone: string;
  /** In 127.0.0.0/8. */
  readonly address: string;
  readonly listeners: readonly DemoListener[];
}

/**
 * The load balancers that a policy's pools refer to, each with what its checks ask for.
 * Throws DemoError `not-loopback` or `https-not-served`.
 */
export function demoTargets(
  policy: Pick<Policy, "targets" | "checks" | "pools">,
): readonly DemoTarget[] {
  const checks = new Map(policy.checks.map((check) => [check.id, check]));
  const asked = new Map<string, Set<Check>>();
  for (const pool of policy.pools) {
    const check = checks.get(pool.checkId);
    for (const targetId of pool.targetIds) {
      const ofTarget = asked.get(targetId) ?? new Set();
      asked.set(targetId, ofTarget);
      if (check !== undefined) ofTarget.add(check);
    }
  }
  return policy.targets.flatMap((target) => {
    const ofTarget = asked.get(target.id);
    return ofTarget === undefined ? [] : [demoTarget(target, ofTarget)];
  });
}

function demoTarget(target: Target, checks: ReadonlySet<Check>): DemoTarget {
  const { id, availabilityZone } = target;
  const pathsByPort = new Map<number, Set<string>>();
  for (const check of checks) {
    if (check.kind === "https") throw httpsNotServed(id, check.id);
    const paths = pathsByPort.get(check.port) ?? new Set();
    pathsByPort.set(check.port, paths);
    if (check.kind === "http") paths.add(check.path);
  }
  const listeners = [...pathsByPort].map(([port, paths]) => ({ port, paths: [...paths] }));
  return { id, availabilityZone, address: loopbackAddress(id, target.ipv4), listeners };
}

/** The address again, proven to be on loopback. Throws DemoError `not-loopback`. */
export function loopbackAddress(targetId: string, ipv4: string | undefined): string {
  if (ipv4 !== undefined && isIPv4(ipv4) && ipv4.startsWith("127.")) return ipv4;
  throw new DemoError(
    { code: "not-loopback", target: targetId },
    `Cannot make up the load balancer ${targetId} as its IPv4 address must be in 127.0.0.0/8: ` +
      `it is ${ipv4 ?? "absent"}`,
  );
}

function httpsNotServed(target: string, check: string): DemoError {
  return new DemoError(
    { code: "https-not-served", target, check },
    `Cannot make up the load balancer ${target} as its checks must be http or tcp: ` +
      `${check} is https`,
  );
}
