export { type Dependents, dependentsOf } from "./dependents.ts";
export { type LastAsked, lastAskedOf, lastAskedText } from "./lastAsked.ts";
export { listDirectly } from "./listDirect.ts";
export { DIRECT_CLEAR_OPTIONS, DIRECT_OPTIONS, DIRECT_READ_OPTIONS } from "./options.ts";
export { clearDirectly, type DirectWish, setDirectly } from "./overrides.ts";
