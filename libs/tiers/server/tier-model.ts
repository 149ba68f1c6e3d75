import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { eventReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { TIER } from './tier';

/** Read model of the tiers, derived from the event store. */
export function tierModel(database: Sql & Transactor): ReadModel<number> {
  return {
    name: 'tier',
    source: 'the event store',
    tables: [{ name: 'tier', key: ['name'], columns: ['name', 'built_in', 'policy', 'version', 'successor'] }],
    ...eventReplay(database, TIER),
  };
}
