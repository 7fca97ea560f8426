// A second door: what a serving thread needs, and nothing else.
export type { AnswerPlan } from "./answerPlan.ts";
export { answerThread } from "./fastAnswers.ts";
