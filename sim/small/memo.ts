// Steps are pure: each is run once for the values that it depends on.

/** The function, run once for each object. */
export function once<Value extends object, Result>(
  make: (value: Value) => Result,
): (value: Value) => Result {
  const made = new WeakMap<Value, { readonly result: Result }>();
  return (value) => {
    let found = made.get(value);
    if (found === undefined) {
      found = { result: make(value) };
      made.set(value, found);
    }
    return found.result;
  };
}

/** The function, run once for each pair of objects. */
export function onceForBoth<Left extends object, Right extends object, Result>(
  make: (left: Left, right: Right) => Result,
): (left: Left, right: Right) => Result {
  const of = once((left: Left) => once((right: Right) => make(left, right)));
  return (left, right) => of(left)(right);
}

/** The function, run once for each object and text. */
export function onceForText<Value extends object, Text extends string, Result>(
  make: (value: Value, text: Text) => Result,
): (value: Value, text: Text) => Result {
  const of = once((_: Value) => new Map<string, { readonly result: Result }>());
  return (value, text) => {
    const made = of(value);
    let found = made.get(text);
    if (found === undefined) {
      found = { result: make(value, text) };
      made.set(text, found);
    }
    return found.result;
  };
}
