// A serving thread of the nameserver: see serveThread.ts.
import { type ServePlan, threadServer } from "../nameserver/index.ts";
import { serveThread } from "./serveThread.ts";

serveThread((plan, ports) => threadServer(plan as ServePlan, ports));
