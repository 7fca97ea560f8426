// A serving thread of the forwarder: see serveThread.ts.
import { type AnswerPlan, answerThread } from "../guard/forwarder/fast/index.ts";
import { serveThread } from "./serveThread.ts";

serveThread((plan, ports) => answerThread(plan as AnswerPlan, ports));
