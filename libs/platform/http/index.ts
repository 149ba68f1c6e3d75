export { Located, Versioned } from './answer-headers.interceptor';
export { Authenticator } from './authenticator';
export { addressGroup } from './client-address';
export { createHttpApp, listen } from './create-http-app';
export { IF_MATCH_HEADER, IfMatch } from './entity-tag';
export { drainedOf, formatMessage, lastEventIdOf, messageBytes, sendEventStream } from './event-stream';
export {
  HasNoControlCharacters,
  IsPlainLines,
  IsPlainText,
  IsTagChanges,
  IsTags,
  MayBeAbsent,
  MayBeNull,
  OrNull,
  TrueOrFalseParameter,
  WholeNumberParameter,
} from './fields';
export { HttpModule } from './http.module';
export { Idempotent } from './idempotency.interceptor';
export { invalidParameter } from './invalid-parameter';
export { parseJson } from './json-body';
export { KeysParameter } from './keys-parameter';
export { serveOpenApi } from './open-api';
export {
  AnswersWithoutDatabase,
  Authenticated,
  ForeignQuery,
  OpenToScoped,
  type Principal,
  Public,
  RequirePermission,
} from './permission';
export { problemOf } from './problem';
export { answerError, ProblemFilter } from './problem-filter';
export { Caller, CallerScope, giveRequestId, Metadata, type RequestMetadata } from './request-context';
export { RequestRefused } from './request-refused';
export {
  type StreamMessage,
  type StreamPart,
  type StreamRequest,
  type StreamSource,
  StreamSources,
} from './stream-sources';
export { streamAfterFirst, streamedAnswer } from './streamed-answer';
export { streamedBody } from './streamed-body';
export { instantOf, rangeOf, TIME_TEXT_LENGTH_MAX, type TimeRange } from './time-range';
