import type { Design } from "./design.ts";
import { OURS } from "./ours/ours.ts";

/** Names that `--design` takes. */
export const DESIGN_NAMES = ["ours", "2025", "published-fix"] as const;

export type DesignName = (typeof DESIGN_NAMES)[number];

/** The design of a name; those of history are only loaded where they are asked for. */
export async function designOf(name: DesignName): Promise<Design> {
  if (name === "ours") return OURS;
  const { DESIGN_2025, PUBLISHED_FIX } = await import("./history/historyDesign.ts");
  return name === "2025" ? DESIGN_2025 : PUBLISHED_FIX;
}

/** Whether a text is the name of a design. */
export function isDesignName(text: string): text is DesignName {
  return DESIGN_NAMES.some((name) => name === text);
}
