/** The options of one invocation, read by long name. */
export class GivenOptions {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** The value of `--name value`; undefined where it was not given. */
  text(name: string): string | undefined {
    const value = this.#values[camelCase(name)];
    return typeof value === "string" ? value : undefined;
  }

  /** The values of `--name a --name b`; none where it was not given. */
  texts(name: string): readonly string[] {
    const values = this.#values[camelCase(name)];
    return Array.isArray(values) ? values.map(String) : [];
  }

  /** Whether `--name` was given. */
  has(name: string): boolean {
    const value = this.#values[camelCase(name)];
    return value !== undefined && value !== false;
  }
}

// As commander names them: --exit-code is exitCode.
function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
