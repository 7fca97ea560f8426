/** RFC 1035 section 2.3.4 leaves room for so many labels. */
const LABELS_MAX = 128;

const lefts = new Uint8Array(LABELS_MAX);
const rights = new Uint8Array(LABELS_MAX);

/**
 * Canonical order (RFC 4034 section 6.1) of two names in wire format and lower case, which begin
 * at these octets: negative where the left one comes first.
 */
export function compareWireNames(
  left: Uint8Array,
  leftAt: number,
  right: Uint8Array,
  rightAt: number,
): number {
  const leftCount = labelStarts(left, leftAt, lefts);
  const rightCount = labelStarts(right, rightAt, rights);
  const shared = Math.min(leftCount, rightCount);
  for (let back = 1; back <= shared; back += 1) {
    const a = leftAt + (lefts[leftCount - back] as number);
    const b = rightAt + (rights[rightCount - back] as number);
    const order = compareLabels(left, a, right, b);
    if (order !== 0) return order;
  }
  return leftCount - rightCount;
}

function labelStarts(name: Uint8Array, at: number, into: Uint8Array): number {
  let count = 0;
  let offset = 0;
  for (;;) {
    const length = name[at + offset] as number;
    if (length === 0) return count;
    into[count] = offset;
    count += 1;
    offset += 1 + length;
  }
}

function compareLabels(left: Uint8Array, a: number, right: Uint8Array, b: number): number {
  const leftLength = left[a] as number;
  const rightLength = right[b] as number;
  const shared = Math.min(leftLength, rightLength);
  for (let index = 1; index <= shared; index += 1) {
    const order = (left[a + index] as number) - (right[b + index] as number);
    if (order !== 0) return order;
  }
  return leftLength - rightLength;
}
