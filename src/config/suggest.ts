/** Candidates looked at for one suggestion: keeps a long list of mistakes in a long file quick. */
const CANDIDATES_MAX = 20_000;
/** More than this many letters apart is another word, not a slip. */
const DISTANCE_MAX = 2;

/** ` did you mean "x"?` for the candidate nearest to a word; empty text where none is near. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  let nearest: string | undefined;
  let distance = Math.min(DISTANCE_MAX, Math.floor(word.length / 3)) + 1;
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > CANDIDATES_MAX) break;
    if (Math.abs(candidate.length - word.length) >= distance) continue;
    const between = editDistance(word, candidate, distance);
    if (between >= distance) continue;
    nearest = candidate;
    distance = between;
  }
  return nearest === undefined ? "" : `: did you mean "${nearest}"?`;
}

/** Letters to insert, drop, change or swap with a neighbour; gives up at `enough`. */
function editDistance(left: string, right: string, enough: number): number {
  let twoAgo: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, place) => place);
  for (let i = 1; i <= left.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1];
      let best = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (swapped && i > 1 && j > 1) best = Math.min(best, (twoAgo[j - 2] ?? 0) + 1);
      current.push(best);
    }
    if (Math.min(...current) >= enough) return enough;
    twoAgo = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}
