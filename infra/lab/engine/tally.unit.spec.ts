import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from './faults.mjs';
import { burstPercentMax } from './loss-bursts.mjs';
import { echo, engineWith, far, near, syn, vantage, world } from './packets.test-data';
import { readTally, Tally, tallyMemory } from './tally.mjs';

const TIMEOUT_MS = 1_000;
const PROBES = 1_000;

function tallied(faults: Partial<Fault>[], send: (receive: (bytes: Buffer, timeS: number) => void) => void) {
  const engine = engineWith(...faults);
  const memory = tallyMemory(faults.length, world.vantages.length);
  const dir = mkdtempSync(path.join(tmpdir(), 'tally-'));
  try {
    const missesFile = path.join(dir, 'misses.ndjson');
    const tally = new Tally(engine, { memory, timeoutMs: TIMEOUT_MS, missesFile });
    send((bytes, timeS) => tally.record(bytes, engine.receive(bytes, timeS * 1_000), timeS * 1_000));
    tally.flush(0);
    const misses = readFileSync(missesFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return { rows: readTally(memory, world.vantages.length), misses: misses.map((line) => JSON.parse(line)) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
const probes = (receive: (bytes: Buffer, timeS: number) => void, timeS = 10) => {
  for (let n = 0; n < PROBES; n++) receive(echo(near.ip), timeS);
};

describe('the counts of a fault', () => {
  it('are those of what the agents received', () => {
    const [row] = tallied([{ fault: 'loss', percent: 30 }], probes).rows;
    expect(row).toMatchObject({ fault: 0, vantage: 0, requests: PROBES, late: 0, foreign: 0, offline: 0 });
    expect(row!.inTime).toBeGreaterThan(620);
    expect(row!.inTime).toBeLessThan(780);
    expect(row!.rttSumMs / row!.inTime).toBeLessThan(5);
  });

  it('distinguish late replies, replies from another address and duplicates', () => {
    expect(tallied([{ fault: 'delay', ms: 1_200 }], probes).rows).toMatchObject([{ inTime: 0, late: PROBES }]);
    expect(tallied([{ fault: 'other-address', percent: 100 }], probes).rows).toMatchObject([{ foreign: PROBES }]);
    expect(tallied([{ fault: 'duplicate', percent: 100 }], probes).rows).toMatchObject([
      { inTime: PROBES, duplicates: PROBES },
    ]);
  });

  it('leave out its edges, other targets, other packets, and what an agent sent without uplink', () => {
    const { rows } = tallied(
      [{ at: 5, for: 20, fault: 'loss', percent: 0, targets: { region: near.region } }],
      (receive) => {
        for (const timeS of [4, 5, 6.9, 23.1, 26]) receive(echo(near.ip), timeS);
        receive(echo(far.ip), 10);
        receive(echo(near.ip, 5), 10);
        receive(syn(near.ip, 443), 10);
        receive(echo(near.ip), 10);
      },
    );
    expect(rows).toMatchObject([{ requests: 1, inTime: 1 }]);
    const cut = [
      { fault: 'loss', percent: 0 },
      { fault: 'uplink-down', agents: { agent: vantage.name } },
    ] as const;
    expect(tallied([...cut], (receive) => receive(echo(near.ip), 10))).toMatchObject({
      rows: [{ requests: 1, offline: 1, inTime: 0 }],
      misses: [],
    });
  });

  it('come with a line for each probe without a valid reply', () => {
    const { misses } = tallied([{ targets: { region: near.region } }], (receive) => {
      receive(echo(near.ip), 10);
      receive(echo(far.ip), 11);
    });
    expect(misses).toEqual([{ at: '1970-01-01T00:00:10.000Z', agent: vantage.name, ip: near.ip }]);
  });
});

describe('loss in bursts', () => {
  it('has the share and the mean length that are set', () => {
    const engine = engineWith({ fault: 'loss-burst', percent: 10, packets: 4 });
    const lost = Array.from({ length: 40_000 }, () => engine.receive(echo(near.ip), 0).length === 0);
    const bursts = lost.filter((isLost, n) => isLost && !lost[n - 1]).length;
    const total = lost.filter(Boolean).length;
    expect(total / lost.length).toBeGreaterThan(0.085);
    expect(total / lost.length).toBeLessThan(0.115);
    expect(total / bursts).toBeGreaterThan(3.6);
    expect(total / bursts).toBeLessThan(4.4);
  });

  it('hits each pair of agent and target by itself', () => {
    const engine = engineWith({ fault: 'loss-burst', percent: 50, packets: 1_000 });
    const first = world.targets.map(({ ip }) => (ip.includes(':') ? 1 : engine.receive(echo(ip), 0).length));
    expect(new Set(first)).toEqual(new Set([0, 1]));
    expect(burstPercentMax(3)).toBe(75);
  });
});
