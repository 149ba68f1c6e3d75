export * from './agent-traces';
export {
  AS_NUMBERS_ID,
  AS_NUMBERS_LIMITS,
  AS_NUMBERS_STREAM,
  AS_NUMBERS_TYPE,
  type AsNumbersEvent,
  type AsNumbersFile,
} from './as-numbers';
export { type BreakEvidence, type BreakPoint, type BreakReport, findBreaks } from './break-point';
export type { LossOnset } from './loss-onset';
export {
  type AgentPath,
  columnsOf,
  mergePaths,
  type PathColumns,
  type PathEdge,
  type PathGraph,
  type PathLoop,
  type PathNode,
} from './merge-paths';
export { mtrTable } from './mtr-table';
export { nodeFigures } from './node-figures';
export { findPathChange, type PathDifference } from './path-change';
export { PATH_CHANGED, PATH_CHANGES_TOPIC, type PathChanged } from './path-events';
export { lossOf } from './path-loss';
export { isSiteAddress, nodeOf } from './path-node';
export { isPlainAddress } from './plain-address';
export { readTrace } from './read-trace';
export { isHostName, readTraceReport } from './read-trace-report';
export {
  type AsNumber,
  PATH_LIMITS,
  type PathAgent,
  type PathChange,
  type PathView,
  type PathViewNode,
  type StoredTrace,
  type StoredTraceSummary,
} from './stored-trace';
export * from './trace';
export {
  TRACE_CAUSES,
  TRACE_REPORT_LIMITS,
  type TraceCause,
  type TraceMessage,
  type TraceReport,
  TRACES_TOPIC,
} from './trace-report';
