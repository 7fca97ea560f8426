/** A moment in UTC, to the second: `2026-03-02T10:11:12Z`. */
export function momentText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
