/**
 * JSON with the keys of every object in order of code unit: deeply equal values are equal texts.
 * For plain data only: objects, arrays, texts, numbers, booleans, null.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const entries = Object.entries(member);
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
