export { counted } from '@icmp-mon/platform/text';
export { maxOf, nameList, ofRows, spanText } from './figures';
export {
  type HealthFacts,
  HealthParts,
  type PartColumn,
  type PartReader,
  type PartReading,
  partsInOrder,
  type PluggedPart,
} from './health-parts';
export { HealthPartsModule } from './health.module';
export { KafkaLook } from './kafka-look';
export { DEFAULT_THRESHOLDS, grade, type Threshold, type Thresholds, thresholds } from './thresholds';
export { WaitingSince } from './waiting-since';
