export { Authenticator } from './authenticator';
export { answerBrokenRequests } from './broken-requests';
export { addressGroup } from './client-address';
export {
  type ConnectionLimitOptions,
  ConnectionLimits,
  type ConnectionRefusal,
  markAuthenticated,
} from './connection-limits';
export { createHttpApp, type HttpAppOptions, listen } from './create-http-app';
export { entityTag, IfMatch, ifMatchVersion } from './entity-tag';
export {
  drainedOf,
  type EventStreamOptions,
  formatMessage,
  lastEventIdOf,
  messageBytes,
  sendEventStream,
} from './event-stream';
export { IsPlainText, IsTags, MayBeAbsent, WholeNumberParameter } from './fields';
export { HttpModule } from './http.module';
export {
  IdempotencyKey,
  idempotencyKeyOf,
  IdempotentAnswers,
  type IdempotentRequest,
  idempotentRequest,
  type KeptAnswer,
} from './idempotency';
export { parseJson } from './json-body';
export { MemoryBudget } from './memory-budget';
export { serveOpenApi } from './open-api';
export { toOpenApi31 } from './open-api-31';
export {
  actorOf,
  AnswersWithoutDatabase,
  Authenticated,
  PERMISSION_METADATA,
  type Principal,
  Public,
  RequirePermission,
  type RouteAccess,
} from './permission';
export { PermissionGuard } from './permission-guard';
export { INTERNAL_PROBLEM, type Problem, PROBLEM_TYPE, type ProblemMembers, problemOf } from './problem';
export { answerError, ProblemFilter } from './problem-filter';
export {
  Caller,
  correlationIdOf,
  giveRequestId,
  Metadata,
  metadataOf,
  principalOf,
  type RequestMetadata,
  setPrincipal,
} from './request-context';
export { RequestRefused } from './request-refused';
export { assertRoutesDeclareAccess } from './route-declarations';
export {
  type StreamGauge,
  type StreamMessage,
  type StreamPart,
  type StreamRequest,
  type StreamSource,
  StreamSources,
} from './stream-sources';
export { absoluteMs, instantOf, rangeOf, TIME_TEXT_LENGTH_MAX, type TimeRange } from './time-range';
export { RequestPipe } from './validation';
