import type { Sql } from '@icmp-mon/platform/database';
import { ShardFold } from '@icmp-mon/shard/engine';
import { postgresValidationTables } from './postgres-validation-tables';
import { ValidationParticipant } from './validation-participant';

/**
 * Folds records of shard 0 and writes their rows; records up to index `committed` are a replay. Returns how many entries of the replay
 * differed from the stored ones.
 */
export async function foldInto(sql: Sql, records: readonly Uint8Array[], committed = -1): Promise<number> {
  const fold: ShardFold = new ShardFold(0, [
    new ValidationParticipant(0, () => fold.directory, postgresValidationTables),
  ]);
  const participant = fold.participants[0] as ValidationParticipant;
  const rows = {
    query: <T extends object>(text: string, params?: unknown[]) => sql.query<T>(text, params),
    copyBinary: () => Promise.reject(new Error('not used')),
  };
  await participant.loadStoredRows(rows);
  let differing = 0;
  for (const [at, record] of records.entries()) {
    if (at === committed + 1) differing = participant.reconcileReplay();
    fold.applyRecord(at, record, () => committed);
    await participant.takePendingWrite()?.writeRows(rows);
  }
  return committed === records.length - 1 ? participant.reconcileReplay() : differing;
}
