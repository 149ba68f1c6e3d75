export { columnsOfPath, livePath, type LiveTrace } from './live-path';
export { MtrTable } from './mtr-text';
export { PathGraphView } from './path-graph';
export { PathTable } from './path-table';
export { PathVerdictLine } from './path-verdict-line';
export type { ShownPath } from './shown-path';
