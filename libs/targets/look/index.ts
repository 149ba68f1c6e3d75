export { FilterField } from './filter-field';
export { type ListedTags, vocabularyOf } from './filter-vocabulary';
