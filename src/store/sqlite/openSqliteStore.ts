import { refused } from "../storeError.ts";
import { EndedRetirements } from "./endedRetirements.ts";
import { textIn } from "./rows.ts";
import { FILE_OCTETS_MAX, SqliteFile } from "./sqliteFile.ts";
import { SqliteStore, type SqliteStoreOptions } from "./sqliteStore.ts";

/**
 * Opens, or creates, the plan store of a region in a file that this process then owns alone.
 * Rejects with StoreError `in-use`, `full`, `unusable`, `malformed`, `newer-format`, and `refused`
 * where the file is another region's.
 */
export async function openSqliteStore(
  path: string,
  options: SqliteStoreOptions,
): Promise<SqliteStore> {
  const file = await SqliteFile.open(path, options.fileOctetsMax ?? FILE_OCTETS_MAX);
  try {
    claimRegion(file, options.region);
    const store = new SqliteStore(file, EndedRetirements.open(path), options);
    store.noticeCopy();
    return store;
  } catch (error) {
    file.close();
    throw error;
  }
}

function claimRegion(file: SqliteFile, region: string): void {
  const found = file.read("read the region", () =>
    file.statement("SELECT value FROM meta WHERE key = 'region'").get(),
  );
  if (found === undefined) {
    file.write("name the region", () => {
      file.statement("INSERT INTO meta (key, value) VALUES ('region', ?)").run(region);
    });
    return;
  }
  const held = textIn(found, "value");
  if (held === region) return;
  throw refused(`Cannot open the plan store as its region must be ${region}: it is ${held}`);
}
