import { errorText } from "../base/index.ts";
import { ConfigError } from "./configError.ts";
import { PLAIN_DNS, PLAIN_ZONE, type Settings } from "./settings.ts";

/** Version of {@link settingsText}. Raise it with any change that an older reader would misread. */
const FORMAT_VERSION = 1;

/** The accepted settings as they are kept in the state folder: versioned JSON. */
export function settingsText(settings: Settings): string {
  return `${JSON.stringify({ holdfastSettings: FORMAT_VERSION, settings }, null, 1)}\n`;
}

/**
 * Reads what {@link settingsText} wrote. Only our own processes write it, after every check, so
 * its content is taken as it is.
 *
 * @throws ConfigError `settings-newer-format`: a newer Holdfast wrote it. `settings-malformed`: it
 *   is cut off or was changed by hand; accepting the configuration again replaces it.
 */
export function readSettingsText(text: string): Settings {
  const document = parsed(text);
  const { holdfastSettings: found, settings } = document;
  if (typeof found !== "number") throw malformed("it has no format version");
  if (found > FORMAT_VERSION) {
    throw new ConfigError(
      { code: "settings-newer-format", found, known: FORMAT_VERSION },
      `Cannot read the accepted settings as their format must be <= ${FORMAT_VERSION}: ` +
        `it is ${found}, written by a newer Holdfast`,
    );
  }
  if (settings?.formatVersion !== FORMAT_VERSION) throw malformed("they have no content");
  return withNewer(settings);
}

/** Fills in what settings did not have that an older Holdfast accepted: it did none of that. */
function withNewer(settings: Settings): Settings {
  const dns = { ...PLAIN_DNS, ...settings.dns };
  const zones = settings.zones.map((zone) => ({ ...PLAIN_ZONE, ...zone }));
  return { ...settings, dns, zones };
}

interface SettingsDocument {
  readonly holdfastSettings?: unknown;
  readonly settings?: Settings;
}

function parsed(text: string): SettingsDocument {
  try {
    const document: SettingsDocument | null = JSON.parse(text);
    return document ?? {};
  } catch (error) {
    throw malformed(errorText(error));
  }
}

function malformed(problem: string): ConfigError {
  return new ConfigError(
    { code: "settings-malformed", problem },
    `Cannot read the accepted settings as they must be what was written: ${problem}`,
  );
}
