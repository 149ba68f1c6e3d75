import { type DroppedChunks, dropOldChunks, type Sql, type Transactor } from '@icmp-mon/platform/database';
import { foldedUntil } from './folded-until';

/** How long fragments are kept after their fold: as far back as a live stream may resume, in ms. */
const KEPT_MS = 3_600_000;

/**
 * Drops whole chunks of `probe_recent` in which every shard has folded all windows. Drops nothing while one shard has not folded yet: those
 * fragments are the only copy.
 */
export async function dropFoldedFragments(database: Sql & Transactor): Promise<DroppedChunks> {
  const watermark = await foldedUntil(database);
  if (watermark === null) return { dropped: 0, busy: false };
  return dropOldChunks(database, 'probe_recent', new Date(watermark.getTime() - KEPT_MS));
}
