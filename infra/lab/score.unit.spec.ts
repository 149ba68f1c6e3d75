import { expect, it } from 'vitest';
import { scoreOf, scoreText } from './score.mjs';
import type { TruthLine } from './truth.mjs';

const at = (timeS: number) => new Date(timeS * 1_000).toISOString();
const cut = (timeS: number, ip: string, ...unreachableFrom: string[]): TruthLine => ({
  at: at(timeS),
  type: 'target',
  ip,
  unreachableFrom,
});
const change = (timeS: number, ip: string, to: string) => ({ ip, atMs: timeS * 1_000, to });
const agentsOf = new Map(['a', 'b', 'c', 'd'].map((ip) => [ip, ['x', 'y', 'z']]));
const score = (truth: TruthLine[], changes: ReturnType<typeof change>[]) =>
  scoreOf({ truth, changes, agentsOf, neededMs: 20_000, quorumOf: (agents) => Math.floor(agents / 2) + 1 });

it('counts what was reported, missed, too short, and false', () => {
  const truth = [
    cut(0, 'a', 'x', 'y', 'z'),
    cut(0, 'b', 'x', 'y'),
    cut(0, 'c', 'x'),
    cut(30, 'd', 'x', 'y', 'z'),
    cut(32, 'd'),
    cut(60, 'a'),
    cut(60, 'b'),
  ];
  const changes = [change(9, 'a', 'down'), change(12, 'c', 'down'), change(50, 'c', 'degraded'), change(66, 'a', 'up')];
  expect(score(truth, changes)).toEqual({
    ...{ outages: 3, detected: 1, missed: 1, tooShort: 1, recovered: 1, falseDowns: 1, degraded: 1 },
    detectionMs: { p50: 9_000, p95: 9_000, max: 9_000 },
    recoveryMs: { p50: 6_000, p95: 6_000, max: 6_000 },
  });
});

it('does not count an agent that is not selected, nor a target without agents', () => {
  expect(score([cut(0, 'a', 'other', 'x'), cut(0, 'unknown', 'x', 'y', 'z')], [])).toMatchObject({ outages: 0 });
});

it('accepts a report that arrives shortly after the end, and calls a later one false', () => {
  const truth = [cut(0, 'a', 'x', 'y'), cut(15, 'a')];
  expect(score(truth, [change(20, 'a', 'down'), change(25, 'a', 'up')])).toMatchObject({ detected: 1, recovered: 1 });
  expect(score(truth, [change(50, 'a', 'down')])).toMatchObject({ detected: 0, tooShort: 1, falseDowns: 1 });
});

it('is readable', () => {
  expect(scoreText(score([cut(0, 'a', 'x', 'y')], [change(9, 'a', 'down')])).join('\n')).toContain(
    'reported as down       1, after 9.0 s (median)',
  );
});
