import { seeded } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { downsOf, type FleetOptions, OddFleet } from './odd-fleet.test-data';

const S = 1_000;
const FAULT_MS = 15 * S;
const INTERVAL_MS = 5 * S;
const CASES = 96;
const TIMEOUT_MS = 120 * S;
const KINDS = ['agent', 'provider', 'region', 'outage', 'agent and outage', 'provider and outage'];

interface Case extends FleetOptions {
  kind: string;
  /** Agents that reach nothing from `FAULT_MS` on. */
  lost: Set<number>;
  /** Targets that are really down from `outageMs` on. */
  dead: Set<number>;
  outageMs: number;
}

function caseOf(seed: number): Case {
  const random = seeded(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const agentCount = 4 + below(6);
  const providers = 2 + below(3);
  const agents = Array.from({ length: agentCount }, (_, at) => ({
    provider: `p${at % providers}`,
    region: `r${Math.floor((at * 2) / agentCount)}`,
  }));
  const perTarget = 2 + below(3);
  const targets = Array.from(
    { length: 30 + below(90) },
    () => {
      const chosen = new Set<number>();
      while (chosen.size < perTarget) chosen.add(below(agentCount));
      return [...chosen].sort((a, b) => a - b);
    },
    TIMEOUT_MS,
  );
  const kind = KINDS[seed % KINDS.length];
  const one = below(agentCount);
  const isLost = (at: number): boolean =>
    (kind.startsWith('agent') && at === one) ||
    (kind.startsWith('provider') && agents[at].provider === agents[one].provider) ||
    (kind === 'region' && agents[at].region === agents[one].region);
  const share = random() * (kind === 'outage' ? 1 : 0.5);
  return {
    ...{ seed, agents, targets, quorum: 'majority', bursts: random() < 0.5, loss: 0.01, kind },
    lost: new Set([...agents.keys()].filter(isLost)),
    dead: new Set(kind.endsWith('outage') ? [...targets.keys()].filter(() => random() < share) : []),
    outageMs: FAULT_MS + Math.floor((random() - 0.5) * 20 * S),
  };
}

function fleetOf({ lost, dead, outageMs, ...options }: Case): OddFleet {
  const fleet = new OddFleet(options);
  fleet.reach = (agent, target, atMs) =>
    (atMs < FAULT_MS || !lost.has(agent)) && (atMs < outageMs || !dead.has(target));
  return fleet;
}

describe('lost agents, providers and regions', () => {
  it(
    `take no target down, alone and together with real outages, in ${CASES} simulated fleets`,
    () => {
      const wrong: string[] = [];
      const missed: string[] = [];
      for (let seed = 0; seed < CASES; seed++) {
        const each = caseOf(seed);
        const fleet = fleetOf(each).letPass(40 * S);
        for (const key of downsOf(fleet).keys())
          if (!each.dead.has(key)) wrong.push(`seed ${seed}, ${each.kind}: target ${key}`);
        for (const key of each.dead) {
          const witnesses = each.targets[key].filter((agent) => !each.lost.has(agent)).length;
          const isProvable = witnesses * 2 > each.targets[key].length;
          if (isProvable && !fleet.statusOf(key).startsWith('down')) missed.push(`seed ${seed}, ${each.kind}: ${key}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(missed).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'take no target down where one vote is enough',
    () => {
      for (let seed = 0; seed < 30; seed++) {
        const each = { ...caseOf(seed * KINDS.length), quorum: 1, bursts: false, loss: 0 };
        expect([...downsOf(fleetOf(each).letPass(40 * S)).keys()]).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'give the same changes and the same checkpoint after a restart at any time',
    () => {
      for (let seed = 0; seed < 24; seed++) {
        const whole = fleetOf(caseOf(seed)).letPass(40 * S);
        const parts = fleetOf(caseOf(seed));
        while (parts.nowMs < 40 * S) parts.letPass(Math.min(5 * S, 40 * S - parts.nowMs)).restartShard();
        const plain = ({ changes }: OddFleet): unknown[] =>
          changes.map(({ target, to, reason, atMs, changeSeq }) => [target.key, to, reason, atMs, changeSeq]);
        expect(plain(parts)).toEqual(plain(whole));
        expect(parts.state.checkpoint()).toEqual(whole.state.checkpoint());
      }
    },
    TIMEOUT_MS,
  );
});

describe('real outages', () => {
  it(
    'are called down at most two intervals later than if every vote counted, and mostly no later when they are few',
    () => {
      const few = { all: 0, late: 0 };
      for (let seed = 3; seed < CASES; seed += KINDS.length) {
        const each = caseOf(seed);
        const judged = downsOf(fleetOf(each).letPass(40 * S));
        const believing = fleetOf(each);
        believing.state.odd.effectOf = () => 'none';
        const areFew = each.dead.size * 4 < each.targets.length;
        for (const [key, atMs] of downsOf(believing.letPass(40 * S))) {
          const delayMs = (judged.get(key) ?? Infinity) - atMs;
          expect(delayMs, `seed ${seed}, target ${key}`).toBeLessThanOrEqual(2 * INTERVAL_MS);
          few.all += Number(areFew);
          few.late += Number(areFew && delayMs > 0);
        }
      }
      expect(few.late / few.all).toBeLessThan(0.2);
    },
    TIMEOUT_MS,
  );
});
