import { Readable } from 'node:stream';
import type { Sql } from '@icmp-mon/platform/database';
import type { ImportFormat } from '@icmp-mon/targets/contract';
import { inventoryTable, tableCondition } from '../target-list/filter-condition';
import { type Filter, parsedFilter } from '../target-list/list-filter';
import { searchedKeys } from '../target-list/search-condition';
import { FIELDS_WITHOUT_HISTORY } from '../versions/version-table';
import { exportPages } from './export-pages';
import { exportTexts } from './export-texts';

/** The target list for filters without state of other contexts, which only the API has. */
const INVENTORY = inventoryTable('target_list', searchedKeys);

/**
 * Returns the inventory of the targets of a filter as a stream of text, read from the database alone.
 * @throws InvalidFilter for a fault, or for a field that only the API has
 */
export function inventoryFile(sql: Sql, text: string | undefined, format: ImportFormat): Readable {
  const parsed = parsedFilter(text, FIELDS_WITHOUT_HISTORY);
  const filter: Filter = { conditions: [], params: [] };
  if (parsed !== null) filter.conditions.push(tableCondition(parsed, filter.params, INVENTORY));
  return Readable.from(exportTexts(exportPages(sql, filter, null), format), { objectMode: false });
}
