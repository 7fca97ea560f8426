export type { ApiDeps, GateView, HeldView, RunningApi } from "./apiDeps.ts";
export { ApiError, type ApiFault } from "./apiError.ts";
export { within } from "./bounded.ts";
export { type ApiAccess, ApiClient } from "./client/apiClient.ts";
export type { StreamedEvent } from "./client/eventStream.ts";
export { findEndpoint } from "./findEndpoint.ts";
export {
  HOLD_DOWN_MS_DEFAULT,
  HOLD_DOWN_MS_MAX,
  HOLD_DOWN_MS_MIN,
  OVERRIDE_MS_MAX,
  OVERRIDE_MS_MIN,
} from "./limits.ts";
export { aliasFault, type Looked, lookedAt } from "./orders/aliasFault.ts";
export { newNameProblem } from "./orders/newName.ts";
export { mergePins, type Pin, type ReadPins, readPins, readPinWords } from "./orders/pins.ts";
export type { EndpointRow, EndpointsPage, EndpointView } from "./schemas/endpoints.ts";
export type {
  FenceOverrideView,
  OrderChanged,
  OrderView,
  RollbackChanged,
  RollbackPreview,
  RollbackRequest,
} from "./schemas/orders.ts";
export type { ChangeView, EntryView, PlanPage } from "./schemas/plans.ts";
export type { NameserverView, ProcessView, StatusView, ZoneView } from "./schemas/status.ts";
export type { InventoryView, TargetView } from "./schemas/targets.ts";
export { startApi } from "./startApi.ts";
export { changeView } from "./views/diffView.ts";
export { processViewsAlone } from "./views/processView.ts";
export { zoneView } from "./views/statusView.ts";
