import type { Sql } from '@icmp-mon/platform/database';
import { projectionReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { TIER_VERSIONS } from './tier-versions-projection';

/** Read model of the tiers' history, derived from the event store. */
export function tierVersionsModel(database: Sql): ReadModel<number> {
  return {
    name: 'tier_version',
    source: 'the event store',
    tables: [
      { name: 'tier_version', key: ['name', 'version'], columns: ['name', 'version', 'valid', 'built_in', 'policy'] },
    ],
    ...projectionReplay(database, TIER_VERSIONS),
  };
}
