import { THRESHOLD_FLAG, type ThresholdColumns } from '@icmp-mon/probing/wire';
import type { ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import type { PairTable } from '../pair-table';
import { VERDICT } from '../verdict';

/**
 * Stores what is normal for pairs. Returns the targets of which an agent's verdict is degraded by thresholds that changed: the stored cause
 * contains them.
 */
export function applyThresholds(rows: ThresholdColumns, directory: ShardDirectory, pairs: PairTable): Set<TargetEntry> {
  const concerned = new Set<TargetEntry>();
  const agents = rows.agentIds.map((agentId) => directory.agents.get(agentId));
  for (let at = 0; at < rows.count; at++) {
    const agent = agents[rows.agentAt[at]];
    const pair = agent && directory.findPair(agent.index, rows.targetKey[at], rows.check[at]);
    if (!pair) continue;
    const normal = {
      ...{ medianUs: rows.medianUs[at], spreadUs: rows.spreadUs[at], lossFloorPpm: rows.lossFloorPpm[at] },
      ...{ meanRunCenti: rows.meanRunCenti[at], samples: rows.samples[at] },
      ofRegion: (rows.flags[at] & THRESHOLD_FLAG.region) !== 0,
    };
    const isChanged = pairs.trends.setNormal(pair.slot, normal, pair.policy);
    if (isChanged && pairs.verdict(pair.slot) === VERDICT.degraded) concerned.add(pair.target);
  }
  return concerned;
}
