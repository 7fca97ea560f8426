import { lstat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { z } from "zod";
import { errorText } from "../../base/index.ts";
import { refusal } from "../apiError.ts";
import { type ApiContext, type ApiServer, answers, WANTS_TOKEN } from "../context.ts";
import { BackupView } from "../schemas/journal.ts";

const BackupRequest = z
  .strictObject({
    path: z.string().min(1).max(1000).meta({ description: "Absolute; nothing may be there yet" }),
  })
  .meta({ id: "BackupRequest", description: "Where the copy is to be written" });

/** A consistent copy of the plan store while it runs. */
export function backupRoutes(app: ApiServer, { deps }: ApiContext): void {
  app.post(
    "/v1/backup",
    {
      schema: {
        ...{ summary: "Copy the plan store to a file", operationId: "backup", tags: ["region"] },
        security: WANTS_TOKEN,
        description: "The file is written by the API's own process, on its own machine.",
        body: BackupRequest,
        response: answers(BackupView),
      },
    },
    async (request) => {
      const { path } = request.body;
      if (deps.backup === undefined) {
        throw refusal(409, "nothing-to-copy", "Cannot copy the plan store: it is not a file");
      }
      if (!isAbsolute(path)) {
        throw refusal(400, "path-not-absolute", `Cannot write to "${path}": it must be absolute`);
      }
      if ((await octetsOf(path)) !== undefined) {
        throw refusal(409, "path-taken", `Cannot write to "${path}": something is there already`);
      }
      try {
        await deps.backup(path);
      } catch (error) {
        const message = `Cannot write a copy of the plan store to "${path}": ${errorText(error)}`;
        throw refusal(409, "copy-failed", message);
      }
      return { path, octets: (await octetsOf(path)) ?? 0 };
    },
  );
}

async function octetsOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.size;
}
