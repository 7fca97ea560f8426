export {
  chainEvent,
  EVENT_KINDS,
  type EventKind,
  firstBrokenLink,
  type Journal,
  type JournalEvent,
  type NewEvent,
} from "./event.ts";
export { eventLine } from "./lines.ts";
