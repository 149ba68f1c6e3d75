import { Readable } from 'node:stream';
import { AgentTargets } from '@icmp-mon/assignment/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { Judged } from '@icmp-mon/status/contract';
import type { ImportFormat } from '@icmp-mon/targets/contract';
import { parsedFilter } from '../target-list/list-filter';
import { FIELDS_WITHOUT_HISTORY } from '../versions/version-table';
import { exportPages } from './export-pages';
import { exportTexts } from './export-texts';

class NoAgentTargets extends AgentTargets {
  override selectKeys(): string {
    throw new Error('A filter without agents asked for the targets of an agent.');
  }
}

/**
 * Returns the inventory of the targets of a filter as a stream of text, read from the database alone.
 * @throws InvalidFilter for a fault, or for a field that only the API knows
 */
export function inventoryFile(sql: Sql, filter: string | undefined, format: ImportFormat): Readable {
  parsedFilter(filter, FIELDS_WITHOUT_HISTORY);
  const context = { judged: new Judged([]), agentTargets: new NoAgentTargets() };
  return Readable.from(exportTexts(exportPages(sql, filter, context), format), { objectMode: false });
}
