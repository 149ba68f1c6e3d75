import { describe, expect, it } from 'vitest';
import type { TallyRow } from './engine/tally.mjs';
import { losingAgentsOf } from './misses.mjs';
import { differencesOf, reportOf } from './report.mjs';
import { scoreChecks } from './score-checks.mjs';
import { scoreFigures } from './score-figures.mjs';
import { scoreOf } from './score.mjs';
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
const score = (truth: TruthLine[], changes: ReturnType<typeof change>[], losing = () => 0) =>
  scoreOf({
    ...{ truth, changes, agentsOf, neededMs: 20_000, quorumOf: (agents) => Math.floor(agents / 2) + 1 },
    losingAgents: losing,
  });

describe('statuses', () => {
  it('count as reported, missed, too short, and false', () => {
    const truth = [
      cut(0, 'a', 'x', 'y', 'z'),
      cut(0, 'b', 'x', 'y'),
      cut(0, 'c', 'x'),
      cut(30, 'd', 'x', 'y', 'z'),
      cut(32, 'd'),
      cut(60, 'a'),
      cut(60, 'b'),
    ];
    const changes = [
      change(9, 'a', 'down'),
      change(12, 'c', 'down'),
      change(50, 'c', 'degraded'),
      change(66, 'a', 'up'),
    ];
    expect(score(truth, changes)).toEqual({
      ...{ outages: 3, detected: 1, missed: 1, tooShort: 1, recovered: 1, lossDowns: 0, falseDowns: 1, degraded: 1 },
      detectionMs: { p50: 9_000, p95: 9_000, max: 9_000 },
      recoveryMs: { p50: 6_000, p95: 6_000, max: 6_000 },
    });
  });

  it('do not count an agent that is not selected, nor a target without agents', () => {
    expect(score([cut(0, 'a', 'other', 'x'), cut(0, 'unknown', 'x', 'y', 'z')], [])).toMatchObject({ outages: 0 });
  });

  it('may arrive shortly after the end; a later one is false', () => {
    const truth = [cut(0, 'a', 'x', 'y'), cut(15, 'a')];
    expect(score(truth, [change(20, 'a', 'down'), change(25, 'a', 'up')])).toMatchObject({ detected: 1, recovered: 1 });
    expect(score(truth, [change(50, 'a', 'down')])).toMatchObject({ detected: 0, tooShort: 1, falseDowns: 1 });
  });

  it('are not false when enough agents lost probes in a row', () => {
    const misses = [1, 6, 3, 13].map((timeS, n) => ({ at: at(timeS), ip: 'a', agent: n < 2 ? 'x' : 'y' }));
    const losing = losingAgentsOf(misses, { intervalMs: 5_000, toFail: 2, withinMs: 16_000 });
    expect(losing('a', 7_000, ['x', 'y', 'z'])).toBe(1);
    expect(losing('a', 5_000, ['x', 'y', 'z'])).toBe(0);
    expect(losing('a', 14_000, ['x', 'y', 'z'])).toBe(1);
    expect(losing('a', 23_000, ['x', 'y', 'z'])).toBe(0);
    expect(score([], [change(7, 'a', 'down')], () => 2)).toMatchObject({ lossDowns: 1, falseDowns: 0 });
    expect(score([], [change(7, 'a', 'down')], () => 1)).toMatchObject({ lossDowns: 0, falseDowns: 1 });
  });
});

describe('violations', () => {
  const opening = { ip: 'a', port: 5_432, fromMs: 10_000, toMs: 40_000 };
  const of = (timeS: number, to: string, port = 5_432) => ({ ip: 'a', port, atMs: timeS * 1_000, to });
  const scored = (...changes: ReturnType<typeof of>[]) =>
    scoreChecks({ openings: [opening], changes, neededMs: 16_000 });

  it('count as found with their end, missed, and false', () => {
    expect(scored(of(1, 'as_expected'), of(14, 'violated'), of(60, 'as_expected'))).toEqual({
      ...{ openings: 1, found: 1, missed: 0, ended: 1, falseViolations: 0 },
      foundMs: { p50: 4_000, p95: 4_000, max: 4_000 },
    });
    expect(scored(of(5, 'violated'), of(70, 'violated'))).toMatchObject({ found: 0, missed: 1, falseViolations: 2 });
    expect(scored(of(14, 'violated'), of(15, 'violated', 22))).toMatchObject({
      found: 1,
      ended: 0,
      falseViolations: 1,
    });
  });
});

describe('measured figures', () => {
  const vantages = [
    { name: 'x', region: 'near' },
    { name: 'y', region: 'far' },
  ];
  const row = (of: Partial<TallyRow>): TallyRow => ({
    ...{ fault: 0, vantage: 0, requests: 100, inTime: 80, late: 5, foreign: 5, duplicates: 9, rttSumMs: 800 },
    ...{ offline: 0, ...of },
  });
  const stored = (agent: string, replied: number, lost: number, rttMs: number) => ({
    ...{ agent, replied, lost, rttMeanUs: rttMs * 1_000 },
  });
  const scored = (rows: TallyRow[], figures: ReturnType<typeof stored>[], isBusy = false) =>
    scoreFigures({ name: 'f', kind: 'loss', isAnycast: false, rows, figures, vantages, lateMs: 0, isBusy });

  it('are right when replies, loss and round trips are those of the lab', () => {
    const { truth, product, problems, duplicates } = scored([row({})], [stored('x', 80, 15, 10.3)]);
    expect(problems).toEqual([]);
    expect(duplicates).toBe(9);
    expect(truth).toEqual({ probes: 100, inTime: 80, late: 5, foreign: 5, lost: 10, rttMeanMs: 10 });
    expect(product).toMatchObject({ probes: 95, inTime: 80, lost: 15 });
    // A reply from another address may also count as lost.
    expect(scored([row({})], [stored('x', 80, 20, 10)]).problems).toEqual([]);
  });

  it('are wrong when a late or foreign reply counts, a loss is missing, or a time differs', () => {
    expect(scored([row({})], [stored('x', 85, 10, 10)]).problems).toEqual(['85 replies in time stored, 80 sent']);
    expect(scored([row({})], [stored('x', 70, 25, 10)]).problems).toEqual([
      '25 lost probes stored, 20 had no valid reply in time',
    ]);
    expect(scored([row({})], [stored('x', 80, 15, 14)]).problems).toEqual(['near: 14.0 ms measured, 10.0 ms scripted']);
    expect(scored([row({})], []).problems).toContain('near: only one side has round trips');
  });

  it('may lack results of an agent that is short of CPU, and of no other', () => {
    const figures = [stored('x', 80, 5, 10)];
    expect(scored([row({})], figures).problems).toEqual([expect.stringMatching(/^10 probes without/)]);
    expect(scored([row({})], figures, true)).toMatchObject({ noResult: 10, problems: [] });
  });

  it('leave out an agent without uplink', () => {
    const rows = [row({}), row({ vantage: 1, offline: 3 })];
    expect(scored(rows, [stored('x', 80, 15, 10), stored('y', 0, 50, 0)]).problems).toEqual([]);
  });
});

describe('the report', () => {
  const checks = { openings: 0, found: 0, missed: 0, ended: 0, falseViolations: 0, foundMs: null };
  const around = { counts: { lateMeanUs: 800, lateMaxUs: 41_000 }, health: ['Agents: slow'] } as Parameters<
    typeof reportOf
  >[1];

  it('has a table with a line per scenario, and how late the lab itself was', () => {
    const right = { name: 'one', score: score([cut(0, 'a', 'x', 'y')], [change(9, 'a', 'down')]), checks, figures: [] };
    const text = reportOf([{ ...right, score: { ...right.score, recovered: 1 } }], around).join('\n');
    expect(text).toMatch(/^one +1 +1 +9\.0 s, 9\.0 s +0 +0 +1 +- +0 +0 +right$/m);
    expect(text).toContain('0.8 ms late on average, 41.0 ms at most');
    expect(text).toContain('Health: Agents: slow.');
    expect(text).toContain('The product reported the truth.');
  });

  it('lists what differs', () => {
    const wrong = { name: 'two', score: score([cut(0, 'a', 'x', 'y')], []), checks, figures: [] };
    expect(differencesOf(wrong)).toEqual(['1 outages were not reported']);
    expect(reportOf([wrong], around).join('\n')).toMatch(/DIFFERS[^]*two: 1 outages were not reported/);
  });
});
