export { counted, maxOf, ofRows, spanText } from './figures';
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
