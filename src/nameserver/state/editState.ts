import { assert, type Disk } from "../../base/index.ts";
import type { Name, RRset } from "../../dns/index.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { StateFiles } from "./stateFiles.ts";

/** A state folder opened by a tool, with the nameserver stopped. */
export interface StateEditor {
  /** Apexes of all zones held. */
  zones(): readonly Name[];
  /** Names that own records, in no particular order. */
  names(zone: Name): readonly Name[];
  /** What a name owns; in order of type code. */
  rrsets(zone: Name, name: Name): readonly RRset[];
  /** Puts RRsets in place of all that a name owns; none: the name is emptied. */
  set(zone: Name, name: Name, rrsets: readonly RRset[]): void;
}

/**
 * Changes state on disk without asking any rule: for tests, and for people after a disaster. The
 * nameserver must not be running. All edits are written in one durable step; the answer is how
 * many names they changed. The serial does not move.
 *
 * @throws NameserverError, RecordLogError, the disk's error: then nothing has changed.
 */
export async function editState(disk: Disk, edit: (editor: StateEditor) => void): Promise<number> {
  const { files, zones } = await StateFiles.open(disk);
  const drafts = new Map([...zones].map(([apex, data]) => [apex, new ZoneDraft(data)]));
  const draftOf = (zone: Name): ZoneDraft => {
    const draft = drafts.get(zone);
    assert(draft !== undefined, `zone ${zone} is held`);
    return draft;
  };
  edit({
    zones: () => [...zones.keys()],
    names: (zone) => namesOf(zones.get(zone)?.nodes() ?? [], draftOf(zone)),
    rrsets: (zone, name) => draftOf(zone).node(name)?.rrsets ?? [],
    set: (zone, name, rrsets) => draftOf(zone).set(name, rrsets),
  });
  const commits = [...drafts].map(([zone, draft]) => ({ zone, changes: draft.changes() }));
  await files.append(commits.filter(({ changes }) => changes.length > 0));
  return commits.reduce((sum, { changes }) => sum + changes.length, 0);
}

function namesOf(nodes: Iterable<readonly [Name, unknown]>, view: ZoneView): readonly Name[] {
  return [...nodes]
    .map(([name]) => name)
    .filter((name) => {
      return (view.node(name)?.rrsets.length ?? 0) > 0;
    });
}
