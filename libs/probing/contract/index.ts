export * from './feed-fact';
export * from './never-probed';
export * from './outcomes';
export { PACKET_GAP_MS, packetsPerProbe, sendingMs } from './packets-per-probe';
export type { DnsFacts, ProbeFacts } from './probe-facts';
export * from './result-detail';
export * from './results-api';
export * from './uncounted';
export { isUuid } from './uuid';
