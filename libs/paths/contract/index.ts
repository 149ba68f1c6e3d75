export { findBreaks } from './break-point';
export { type AgentPath, columnsOf, mergePaths } from './merge-paths';
export { mtrTable } from './mtr-table';
export { findPathChange } from './path-change';
export { PATH_CHANGED, type PathChanged } from './path-events';
export { lossOf } from './path-loss';
export { readTrace } from './read-trace';
export * from './trace';
