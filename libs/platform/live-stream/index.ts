export { LiveStream } from './live-stream';
export type { CommandUpdate, FleetCounts, StreamBatch } from './stream-batch';
