import type { TelemetryDatabase } from '@icmp-mon/platform/database';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { type CheckDefinition, TierChecks } from '@icmp-mon/tiers/contract';
import { RecentResults } from './live/recent-results';
import { StoredAgents } from './results/stored-agents';
import { TargetChecks } from './target-checks';

/** For specs only: every key is a target of one tier. */
class AnyTarget extends TargetDirectory {
  override findTarget(): Promise<TargetReference> {
    return Promise.resolve(targetOf(1));
  }

  override byKeys(keys: readonly number[]): Promise<Map<number, TargetReference>> {
    return Promise.resolve(new Map(keys.map((key) => [key, targetOf(key)])));
  }
}

function targetOf(key: number): TargetReference {
  return { id: String(key), key, ip: '192.0.2.1', vrf: 'default', name: null, tier: 'standard' };
}

/** For specs only: a ping, number 1, and a TCP connection, number 2, in every tier. */
export class TwoChecks extends TierChecks {
  override checksOf(): Promise<readonly CheckDefinition[]> {
    return Promise.resolve([
      { check: 2, type: 'tcp_connect', expect: 'reachable', port: 443 },
      { check: 1, type: 'icmp_ping', expect: 'reachable' },
    ]);
  }
}

export const TWO_CHECKS = new TargetChecks(new AnyTarget(), new TwoChecks());

/** For specs only: reads live results of targets with these checks. */
export function recentOf(database: TelemetryDatabase): RecentResults {
  return new RecentResults(database, new StoredAgents(database), TWO_CHECKS);
}
