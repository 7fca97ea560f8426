import assert from "node:assert/strict";
import { it } from "node:test";
import { ConfigError } from "./configError.ts";
import { readSettingsText } from "./settingsText.ts";
import { stateLayout } from "./stateLayout.ts";

const refusals: readonly (readonly [string, string, string])[] = [
  ['{"holdfastSettings":2,"settings":{}}', "settings-newer-format", "a newer Holdfast wrote it"],
  ['{"holdfastSettings":1,"sett', "settings-malformed", "it is cut off"],
  ["null", "settings-malformed", "it is no settings"],
  ['{"holdfastSettings":1}', "settings-malformed", "its content is gone"],
];
for (const [text, code, why] of refusals) {
  it(`readSettingsText() refuses with ${code} when ${why}`, () => {
    assert.throws(
      () => readSettingsText(text),
      (error) => error instanceof ConfigError && error.fault.code === code,
    );
  });
}

it("stateLayout() gives every process files of its own below the folder", () => {
  const layout = stateLayout(".holdfast");
  assert.equal(layout.keyFile("enactor-az1"), ".holdfast/keys/enactor-az1.key");
  assert.equal(layout.enactorFolder("enactor-az1"), ".holdfast/enactors/enactor-az1");
  assert.equal(layout.storeSocket, ".holdfast/sockets/store.sock");
});
