export { ByteReader } from './byte-reader';
export { ByteWriter } from './byte-writer';
export { decodeBlock, type DecodedBlock, decodeInspected, frameBlock, inspectBlock } from './block';
export {
  BLOCK_LIMITS,
  type BlockAddress,
  type BlockHeader,
  type BlockRefusal,
  LANE,
  type Lane,
  type Refused,
} from './block-header';
export { encodeBody } from './block-body';
export type { Compress, EncodedBody } from './block-body';
export { decodePairHours, encodePairHours, PAIR_HOUR_FLAG, type PairHour } from './pair-hour';
export { printBlock, type PrintedResult } from './print-block';
export { allocateColumns, BLOCK_RESULTS_MAX, ResultColumnsBuilder } from './result-columns';
export {
  eachHistogramBin,
  HISTOGRAM_BINS,
  HISTOGRAM_EXACT_BELOW_US,
  HISTOGRAM_LOWER_US,
  HISTOGRAM_TOP_US,
  histogramBin,
  histogramBinUs,
  mergeHistograms,
  RttHistogram,
} from './rtt-histogram';
export {
  appendSeriesBody,
  decodeSeriesBody,
  encodeSeriesBody,
  mergeSeriesBodies,
  SERIES_SAMPLES_MAX,
  WINDOW_MS,
  windowStart,
} from './series-body';
export { SeriesBuilder, type SeriesSamples, sortSamples } from './series-samples';
export type { BlockEnvelope, ShardRecord } from './shard-record-kind';
export {
  BlocksRecord,
  decodeShardRecord,
  encodeBlocksRecord,
  encodeFeedRecord,
  encodeTickRecord,
  ENVELOPE_OVERHEAD_BYTES_MAX,
} from './shard-record';
export {
  encodeThresholdsRecord,
  type PairThresholds,
  THRESHOLD_FLAG,
  THRESHOLD_ROWS_MAX,
  type ThresholdColumns,
} from './thresholds-record';
export { readUpload, type ResultsResponse, UPLOAD_BYTES_MAX, writeUpload } from './upload';
export { uuidFromBytes, uuidToBytes } from './uuid';
