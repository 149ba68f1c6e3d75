export {
  decodePairChanges,
  encodePairChanges,
  PAIR_CHANGES_MAX,
  PAIR_CHANGES_TOPIC,
  PAIR_VERDICT,
  type PairChange,
  type PairChangeRecord,
} from './pair-changes';
