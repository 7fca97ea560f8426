// Guards a whole process: every look-up of it, fetch included.
// Run: node examples/guard/process.ts https://example.com/
import { openGuard } from "../../src/guard/library/index.ts";

const guard = openGuard({
  onEvent: (event) => console.error(JSON.stringify(event)),
});
guard.install();

const [url = "https://example.com/"] = process.argv.slice(2);
try {
  const response = await fetch(url);
  console.log(response.status, await response.text());
} catch (error) {
  console.error(`Cannot fetch ${url}: ${String(error)}`);
  process.exitCode = 1;
} finally {
  guard.close();
}
