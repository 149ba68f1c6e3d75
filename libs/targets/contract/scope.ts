import { parseFilter, type ParsedFilter } from './filter/parse-filter';
import { FILTER_FIELDS, type FilterField } from './filter/target-filter';

/** Fields of a scope: what the inventory states. Statuses, agents and placements change by themselves, and parents belong to other targets. */
const SCOPE_FIELDS: readonly FilterField[] = ['ip', 'name', 'tier', 'vrf', 'owner'];

/** Fields of the list that a scope does not have. */
const FIELDS_WITHOUT_SCOPE: readonly FilterField[] = FILTER_FIELDS.filter((field) => !SCOPE_FIELDS.includes(field));

/** Parses a scope: a filter of tags and of the fields `ip`, `name`, `tier`, `vrf` and `owner`. */
export const parseScope = (text: string): ParsedFilter => parseFilter(text, FIELDS_WITHOUT_SCOPE);
