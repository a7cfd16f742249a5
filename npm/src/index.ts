export { binPath } from "./binary.js";
export { Control, ControlError } from "./control.js";
export type { Answers, Call, Condition, FaultRule, Input, Output, Route, Webhook, World } from "./control.js";
export type { components, operations, paths } from "./openapi.js";
export { Server, start } from "./server.js";
export type { ServerOptions } from "./server.js";
