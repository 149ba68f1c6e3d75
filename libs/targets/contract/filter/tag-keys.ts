import { nearestName } from '@icmp-mon/platform/text';
import { FILTER_FIELDS } from './target-filter';

/** Fields whose misspellings are refused as keys; shorter names have too many neighbours. */
const CHECKED_FIELDS = FILTER_FIELDS.filter((field) => field.length > 2);

/** Returns the field from which a key differs by one letter; null if there is none. Such a key requires the prefix `tag:`. */
export const misspeltField = (key: string): string | null => nearestName(key, CHECKED_FIELDS, 1);
