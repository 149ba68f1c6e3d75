import type { PairChangeRow } from '@icmp-mon/status/server';
import { decodePairChanges, PAIR_VERDICT } from '@icmp-mon/status/wire';

/**
 * Applies the records of a shard as a consumer does, which knows the verdict of each pair from them alone. Returns what is wrong: a gap, or
 * a change from a verdict that the pair does not have.
 */
export function auditPairChanges(records: readonly PairChangeRow[]): string[] {
  const verdicts = new Map<string, number>();
  const faults: string[] = [];
  for (const [at, { changeSeq, pairs, body }] of records.entries()) {
    const decoded = decodePairChanges(body);
    if (!decoded.ok) return [`record ${changeSeq} of pair changes: ${decoded.detail}`];
    const { record } = decoded;
    if (changeSeq !== at + 1 || record.changeSeq !== changeSeq) faults.push(`a gap before record ${changeSeq}`);
    if (record.changes.length !== pairs)
      faults.push(`record ${changeSeq} has ${record.changes.length} of ${pairs} pairs`);
    if (record.restarts) verdicts.clear();
    for (const { targetKey, check, agentId, from, to } of record.changes) {
      const pair = `${targetKey}/${check}/${agentId}`;
      const known = verdicts.get(pair) ?? PAIR_VERDICT.none;
      if (known !== from || from === to) faults.push(`record ${changeSeq}: ${pair} from ${from} to ${to} was ${known}`);
      verdicts.set(pair, to === PAIR_VERDICT.unassigned ? PAIR_VERDICT.none : to);
    }
  }
  return faults;
}
