// The temporary folder of a run: compiled load generators, zones with their questions, and one
// folder for each start of a server.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../../test/processes/freePort.ts";
import { type BenchZone, writePieces, zoneFileText } from "./benchZone.ts";
import { compileLoads } from "./loads.ts";
import { dnsLoadText, dnsperfText, type QuestionPlan } from "./questions.ts";
import type { Job } from "./servers/serverKind.ts";

const run = promisify(execFile);
const OURS = fileURLToPath(new URL("ours.ts", import.meta.url));
const SEED = 20_251_019;
/** Questions in a file: over several times as many as names, or as many as there may be. */
const QUESTIONS_PER_NAME = 20;
const QUESTIONS_MAX = 2 ** 20;

/** A zone as files, made once. */
export interface Scene {
  readonly zone: BenchZone;
  readonly zoneFile: string;
  readonly questions: string;
  readonly dnsperfQuestions: string;
  readonly state: string;
}

/** Keeps the files of one run. */
export class Workshop {
  readonly folder: string;
  readonly #states = new Map<string, Promise<void>>();
  readonly #scenes = new Map<string, Promise<Scene>>();
  readonly #keepsFiles: boolean;
  #jobCount = 0;

  private constructor(folder: string, keepsFiles: boolean) {
    this.folder = folder;
    this.#keepsFiles = keepsFiles;
  }

  /** Makes a folder and the tools in it; `keepsFiles`: nothing is removed, so that one can look. */
  static open(keepsFiles: boolean): Workshop {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-serve-"));
    compileLoads(folder);
    return new Workshop(folder, keepsFiles);
  }

  /** The files of a zone; `moving`: UPDATEs will change it under load. */
  scene(zone: BenchZone, moving = false): Promise<Scene> {
    const key = [...Object.values(zone), moving].join("-");
    const held = this.#scenes.get(key) ?? this.#make(key, zone, moving);
    this.#scenes.set(key, held);
    return held;
  }

  async #make(key: string, zone: BenchZone, moving: boolean): Promise<Scene> {
    const folder = join(this.folder, key);
    mkdirSync(folder);
    const scene: Scene = {
      zone,
      zoneFile: join(folder, "zone"),
      questions: join(folder, "questions"),
      dnsperfQuestions: join(folder, "dnsperf"),
      state: join(folder, "state"),
    };
    const count = Math.min(QUESTIONS_MAX, zone.names * QUESTIONS_PER_NAME);
    const plan: QuestionPlan = { zone, count, seed: SEED, moving };
    await writePieces(scene.zoneFile, zoneFileText(zone));
    await writePieces(scene.questions, dnsLoadText(plan));
    await writePieces(scene.dnsperfQuestions, dnsperfText(plan));
    return scene;
  }

  /** A new folder and port for one start of a server. */
  async job(scene: Scene, isOurs: boolean, secondaryPort?: number): Promise<Job> {
    this.#jobCount += 1;
    const folder = join(this.folder, `job-${this.#jobCount}`);
    mkdirSync(folder);
    const state = join(folder, "state");
    if (isOurs) {
      await this.#stateOf(scene);
      cpSync(scene.state, state, { recursive: true });
    }
    const { zone, zoneFile } = scene;
    const job = { folder, port: await freePort(), zone, zoneFile, state };
    return secondaryPort === undefined ? job : { ...job, secondaryPort };
  }

  /** Makes our own saved state of a scene, when it is first needed. */
  #stateOf({ state, zone }: Scene): Promise<void> {
    const build = async (): Promise<void> => {
      await run(process.execPath, [OURS, "build", state, JSON.stringify(zone)]);
    };
    const held = this.#states.get(state) ?? build();
    this.#states.set(state, held);
    return held;
  }

  /** Removes a job's files, so that a million names do not fill the disk run by run. */
  close(job: Job): void {
    if (!this.#keepsFiles) rmSync(job.folder, { recursive: true, force: true });
  }

  remove(): void {
    if (!this.#keepsFiles) rmSync(this.folder, { recursive: true, force: true });
  }
}
