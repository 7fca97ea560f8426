import type { SourceRead } from "./document.ts";
import { readJsonSource } from "./jsonSource.ts";
import { readYamlSource } from "./yamlSource.ts";

/** Longest configuration file, in characters: ten times what 100,000 endpoints take. */
const FILE_CHARACTERS_MAX = 256 * 1024 * 1024;

/** Reads a document: JSON where the file says so (fast), YAML 1.2 otherwise. */
export function readSource(file: string, text: string): SourceRead {
  if (text.length > FILE_CHARACTERS_MAX) {
    const problem = `Cannot read the file as it must be <= ${FILE_CHARACTERS_MAX} characters`;
    return { kind: "broken", findings: [{ file, line: 1, column: 1, path: "", problem }] };
  }
  return file.endsWith(".json") ? readJsonSource(file, text) : readYamlSource(file, text);
}
