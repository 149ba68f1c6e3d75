import type { Sql } from '@icmp-mon/platform/database';
import { projectionReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { TARGET_VERSIONS } from './target-versions-projection';

/** Read model of the inventory's history, derived from the event store. Versions beyond the retention are compared in neither table. */
export function targetVersionsModel(database: Sql): ReadModel<number> {
  return {
    name: 'target_version',
    source: 'the event store',
    tables: [
      {
        name: 'target_version',
        key: ['key', 'version'],
        columns: [
          ...['key', 'version', 'valid', 'id', 'ip', 'vrf', 'name', 'tags', 'tier'],
          ...['parents', 'paused', 'notes', 'owner', 'registered_at'],
        ],
      },
    ],
    ...projectionReplay(database, TARGET_VERSIONS),
    async settleHeld(sql, live, beside) {
      for (const schema of [live, beside]) {
        await sql.execute(
          `DELETE FROM ${schema}.target_version v USING ${live}.target_version_horizon h
           WHERE v.valid << tstzrange(h.ended_before, NULL)`,
        );
      }
      return [];
    },
  };
}
