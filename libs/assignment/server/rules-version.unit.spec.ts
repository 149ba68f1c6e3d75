import { createHash } from 'node:crypto';
import type { AgentSelection } from '@icmp-mon/tiers/contract';
import { expect, it } from 'vitest';
import { agentPool, type CandidateAgent, type Readiness } from './agent-pool';
import { assign } from './assign';
import { PolicyRanges } from './policy-ranges';
import { RULES_VERSION } from './rules-version';
import { shortfallOf } from './shortfall';

const KEYS = 400;
const POLICY = new PolicyRanges({ allow: null, deny: ['10.0.0.0/9'], stopped: false, packetsPerSecond: 500 });
const READINESS: readonly Readiness[] = ['ready', 'ready', 'ready', 'unheard', 'lost', 'draining', 1_000];

const agentAt = (at: number): CandidateAgent => ({
  id: `0193a0c0-0000-7000-8000-${at.toString(16).padStart(12, '0')}`,
  region: ['eu', 'us', 'ap'][at % 3],
  provider: ['p', 'q'][at % 2],
  tags: { ring: String(at % 4) },
  readiness: READINESS[at % READINESS.length],
  outdatedSinceMs: at % 11 === 1 ? 1_500 : null,
  capacityPps: [null, 100, 2_000, 30_000][at % 4],
  threshold: at % 5 === 0 ? 2 ** 31 : 0,
  policy: at % 6 === 0 ? POLICY : undefined,
  refusedKeys: at % 7 === 0 ? new Set([3, 5, 8]) : undefined,
});

const selection = (change: Partial<AgentSelection>): AgentSelection => ({
  ...{ strategy: 'distributed', count: 1, regions: [], requireTags: {}, excludeTags: {} },
  diversity: { minRegions: 1, minProviders: 1 },
  ...change,
});

const SELECTIONS = [
  selection({}),
  selection({ count: 3 }),
  selection({ count: 3, diversity: { minRegions: 3, minProviders: 2 } }),
  selection({ count: 4, regions: ['eu'], diversity: { minRegions: 2, minProviders: 1 } }),
  selection({ strategy: 'all', excludeTags: { ring: '0' } }),
  selection({ requireTags: { ring: '9' } }),
];

/** Returns a digest of the selections and reasons of targets in tiers with all kinds of demands and agents. */
function digestOfDecisions(): string {
  const hash = createHash('sha256');
  for (const agents of [5, 40]) {
    const fleet = Array.from({ length: agents }, (_, at) => agentAt(at));
    for (const each of SELECTIONS) {
      const pool = agentPool(fleet, each);
      for (let key = 1; key <= KEYS; key++) {
        const target = { key, ip: `10.${key % 256}.0.1`, registeredAtMs: (key % 2) * 2_000 };
        const decision = assign(target, pool);
        hash.update(JSON.stringify([decision, shortfallOf(target, pool)]));
      }
    }
  }
  return hash.digest('hex').slice(0, 16);
}

it('the rules of selection have the version of their decisions', () => {
  // Other decisions need a higher version, here and in rules-version.ts: installations then evaluate their targets again after the upgrade.
  expect({ version: RULES_VERSION, decisions: digestOfDecisions() }).toEqual({
    version: 3,
    decisions: 'd37ff2b1dcbe201e',
  });
});
