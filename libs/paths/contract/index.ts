export { findBreaks } from './break-point';
export { type AgentPath, mergePaths } from './merge-paths';
export { lossOf } from './path-loss';
export { readTrace } from './read-trace';
export * from './trace';
