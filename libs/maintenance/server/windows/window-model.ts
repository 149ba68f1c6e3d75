import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { eventReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { MAINTENANCE } from './maintenance';

/** Windows and silences as the event store has them, for a rebuild. */
export function windowModel(database: Sql & Transactor): ReadModel<number> {
  return {
    name: 'maintenance_window',
    source: 'the event store',
    tables: [
      {
        name: 'maintenance_window',
        key: ['id'],
        columns: [
          ...['id', 'kind', 'name', 'definition', 'changes', 'silenced', 'version', 'scheduled_at', 'cancelled_at'],
        ],
      },
      {
        name: 'maintenance_notice',
        key: ['provider', 'account', 'maintenance_id', 'uid'],
        columns: ['provider', 'account', 'maintenance_id', 'uid', 'window_id', 'notice', 'definition'],
      },
    ],
    ...eventReplay(database, MAINTENANCE),
  };
}
