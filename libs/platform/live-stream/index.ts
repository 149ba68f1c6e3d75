export { LiveStream } from './live-stream';
export type { FleetCounts, StreamBatch } from './stream-batch';
