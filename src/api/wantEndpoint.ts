import { refusal } from "./apiError.ts";
import { findEndpoint } from "./findEndpoint.ts";
import type { EndpointFacts, Overview } from "./overview.ts";

/** The endpoint that a text means. Throws a refusal where that is none, or more than one. */
export function wantEndpoint(text: string, overview: Overview): EndpointFacts {
  const found = findEndpoint(text, overview.rows);
  const facts = found.kind === "found" ? overview.byName.get(found.name) : undefined;
  if (facts !== undefined) return facts;
  if (found.kind === "ambiguous") {
    const message = `Cannot tell which endpoint "${text}" means: more than one begins so`;
    throw refusal(404, "ambiguous-endpoint", message, `write one of ${found.names.join(", ")}`);
  }
  const similar = found.kind === "none" ? found.similar : [];
  const hint = similar.length > 0 ? `did you mean ${similar.join(", ")}?` : "see /v1/endpoints";
  throw refusal(404, "no-such-endpoint", `Cannot find an endpoint "${text}" in this region`, hint);
}
