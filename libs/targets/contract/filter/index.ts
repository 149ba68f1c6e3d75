export { type AddressRange, addressText, boundsOf, readRange } from './address-range';
export {
  type AskedTags,
  completeFilter,
  type FilterOption,
  type FilterVocabulary,
  tagsAskedAt,
} from './complete-filter';
export type { FilterFault } from './fault';
export { filterPredicate } from './filter-predicate';
export { filterText } from './filter-text';
export { parseFilter } from './parse-filter';
export {
  FILTER_LENGTH_MAX,
  type FilteredTarget,
  type FilterField,
  type FilterSubject,
  type FilterTerm,
  PLACEMENTS,
  TAG_KEY,
  tagKeyOf,
  type TargetFilter,
} from './target-filter';
