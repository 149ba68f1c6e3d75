import type { Notice, NoticeKey, WindowDefinition } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { IS_ACTIVE } from '../windows/window-rows';
import type { KnownNotice } from './decide-notice';

interface KnownRow {
  window_id: string;
  notice: Notice;
  definition: WindowDefinition;
  window_definition: WindowDefinition;
  cancelled_at: Date | null;
  is_open: boolean;
}

/** Locks the notices of a maintenance until the transaction ends, so that two imports do not both schedule a window. */
export async function lockNotice(sql: Sql, { provider, account, maintenanceId, uid }: NoticeKey): Promise<void> {
  const key = JSON.stringify(['maintenance-notice', provider, account, maintenanceId, uid]);
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
}

/** Returns the latest imported notice of a maintenance; null if none was. */
export async function readKnownNotice(
  sql: Sql,
  { provider, account, maintenanceId, uid }: NoticeKey,
): Promise<KnownNotice | null> {
  const [row] = await sql.query<KnownRow>(
    `SELECT n.window_id, n.notice, n.definition, w.definition AS window_definition, w.cancelled_at,
       EXISTS (SELECT FROM maintenance_occurrence o WHERE o.window_id = n.window_id AND o.state = 'open') AS is_open
     FROM maintenance_notice n JOIN maintenance_window w ON w.id = n.window_id
     WHERE n.provider = $1 AND n.account = $2 AND n.maintenance_id = $3 AND n.uid = $4`,
    [provider, account, maintenanceId, uid],
  );
  if (row === undefined) return null;
  const { window_id: windowId, notice, definition, window_definition, cancelled_at, is_open: isOpen } = row;
  return { windowId, notice, definition, window: cancelled_at === null ? window_definition : null, isOpen };
}

/** Returns the UIDs of other notices of the same maintenance whose windows are neither cancelled nor over. */
export async function otherUids(sql: Sql, { provider, account, maintenanceId, uid }: NoticeKey): Promise<string[]> {
  const rows = await sql.query<{ uid: string }>(
    `SELECT n.uid FROM maintenance_notice n JOIN maintenance_window w ON w.id = n.window_id
       LEFT JOIN maintenance_expansion e ON e.window_id = w.id
     WHERE n.provider = $1 AND n.account = $2 AND n.maintenance_id = $3 AND n.uid <> $4 AND ${IS_ACTIVE}
     ORDER BY n.uid LIMIT 3`,
    [provider, account, maintenanceId, uid],
  );
  return rows.map((row) => row.uid);
}
