import { createHash } from 'node:crypto';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { ShardFold } from '@icmp-mon/shard/engine';
import { seeded } from '@icmp-mon/shard/engine/testing';
import { type EvidenceEntry, EvidenceVerifier, FIRST_PREVIOUS } from '@icmp-mon/status/contract';
import { describe, expect, it } from 'vitest';
import { ValidationParticipant } from './validation-participant';
import { A, B, MemoryTables, PING, TELNET, ValidatedShard } from './validation-shard.test-data';

const HOUR_MS = 3_600_000;
const OUTCOMES = [OUTCOME.timeout, OUTCOME.timeout, OUTCOME.timeout, OUTCOME.refused, OUTCOME.not_sent, OUTCOME.reply];

/** Some minutes with two agents and two targets, with answers, losses, pauses and a former agent. */
async function seededShard(seed: number): Promise<ValidatedShard> {
  const random = seeded(seed);
  const shard = await ValidatedShard.of([A, B], [8, 16]);
  for (let round = 0; round < 40; round++) {
    const closed = round % 12 > 3;
    for (const key of [8, 16]) {
      for (const agent of [A, B]) {
        if (random() < 0.1) continue;
        const outcome = closed || random() < 0.97 ? OUTCOMES[Math.floor(random() * 5)] : OUTCOME.reply;
        const ping = { key, check: PING, agent, outcome: random() < 0.2 ? OUTCOME.timeout : OUTCOME.reply };
        const results = [ping, { key, check: TELNET, agent, outcome }];
        await shard.addResults(random() < 0.5 ? results : results.reverse());
      }
    }
    await shard.passTime(random() < 0.1 ? 60_000 : 15_000);
  }
  return shard;
}

function linesOf(entries: readonly EvidenceEntry[]): string[] {
  const [first, last] = [entries[0], entries[entries.length - 1]];
  const chain = { chain: first.chain, firstEntry: first.entry, lastEntry: last.entry, lastHash: last.hash };
  const header = {
    evidence: 'icmpmon/1',
    target: first.target,
    check: first.check,
    from: null,
    until: null,
    chains: [chain],
  };
  return [header, ...entries].map((line) => JSON.stringify(line));
}

function verify(lines: readonly string[]): string {
  const verifier = new EvidenceVerifier((text) => createHash('sha256').update(text).digest('hex'));
  for (const line of lines) {
    const fault = verifier.addLine(line);
    if (fault) return `${fault.line}: ${fault.detail}`;
  }
  const { verified, fault } = verifier.finish();
  return fault ? `${fault.line}: ${fault.detail}` : `${verified.entries} entries`;
}

describe('the evidence log of a check', () => {
  it('has entries without holes, each with the hash of the one before', async () => {
    const shard = await seededShard(1);
    const entries = shard.evidenceEntries().filter(({ ip }) => ip === '127.0.0.8');
    expect(entries.length).toBeGreaterThan(4);
    expect(new Set(entries.map(({ status }) => status))).toEqual(new Set(['violated', 'untested', 'as_expected']));
    let [previous, from] = [FIRST_PREVIOUS, entries[0].from];
    for (const [at, entry] of entries.entries()) {
      expect(entry).toMatchObject({ entry: at + 1, previous, from });
      [previous, from] = [entry.hash, entry.until];
    }
    expect(verify(linesOf(entries))).toBe(`${entries.length} entries`);
    expect(verify(linesOf(entries.slice(2, 5)))).toBe('3 entries');
  });

  it('states who tested, how often, and what was answered', async () => {
    const shard = await ValidatedShard.of([A, B]);
    await shard.proves(A);
    await shard.proves(A);
    await shard.addResults([{ key: 8, check: TELNET, outcome: OUTCOME.timeout, agent: B }]);
    await shard.addResults([{ key: 8, check: TELNET, outcome: OUTCOME.reply, rttUs: 700, agent: B }]);
    const [tested] = shard.evidenceEntries();
    expect(tested).toMatchObject({
      status: 'as_expected',
      reason: 'closed',
      port: 23,
      tier: 'edge',
      longestPauseMs: 15_000,
    });
    expect(tested.agents).toEqual([
      { id: A, name: 'agent-0', region: 'r0', probes: 2, proven: 2, answered: 0, notSent: 0 },
      { id: B, name: 'agent-1', region: 'r1', probes: 1, proven: 0, answered: 0, notSent: 0 },
    ]);
    for (let more = 0; more < 25; more++) {
      await shard.addResults([{ key: 8, check: TELNET, outcome: OUTCOME.reply, agent: B }]);
    }
    await shard.fact({ kind: 'target-removed', targetKey: 8 });
    const violated = shard.evidenceEntries().at(-1);
    expect(violated).toMatchObject({ status: 'violated', answersMore: 6 });
    expect(violated?.answers).toHaveLength(20);
    expect(violated?.answers[0]).toMatchObject({ agentId: B, outcome: 'reply', rttUs: 700 });
  });

  it('has an entry at least every six hours, and the row of a check is at most five minutes old', async () => {
    const shard = await ValidatedShard.of([A]);
    for (let hour = 0; hour < 13; hour++) {
      for (let minutes = 0; minutes < 60; minutes += 15) await shard.passTime(15 * 60_000);
      const from = shard.tables.statuses.get(`8/${TELNET}`)?.open_entry.from ?? '';
      expect(shard.nowMs - Date.parse(from)).toBeLessThan(6 * HOUR_MS + 300_000);
    }
    expect(shard.evidenceEntries().filter(({ reason }) => reason === 'no_results').length).toBeGreaterThanOrEqual(2);
  });

  it('is refused when a line is changed, removed, moved, repeated or cut off', async () => {
    const entries = (await seededShard(2)).evidenceEntries().filter(({ ip }) => ip === '127.0.0.8');
    const lines = linesOf(entries);
    const without = (at: number): string[] => lines.toSpliced(at, 1);
    const last = lines.length - 1;
    expect(verify(lines)).toBe(`${entries.length} entries`);
    for (let at = 1; at <= last; at++) {
      const changed = lines[at].replace('"status":"', '"status":"not ');
      expect(verify(lines.with(at, changed))).toBe(`${at + 1}: the line was changed: its hash does not match its text`);
      expect(verify(without(at))).toMatch(/^\d+: (entry \d+ is expected here|the file ends after entry)/);
      expect(verify(lines.toSpliced(at, 0, lines[at]))).toMatch(/expected here|does not list/);
      if (at < last) expect(verify(lines.with(at, lines[at + 1]).with(at + 1, lines[at]))).toMatch(/is expected here/);
    }
    expect(verify(lines.with(1, lines[1].replace('{', '{ ')))).toMatch(/2: the line was changed/);
    expect(verify(lines.with(1, 'null'))).toBe('2: the line is not an entry of an evidence log');
    expect(verify([])).toBe('1: the file is empty');
    expect(verify(lines.slice(1))).toMatch(/^1: this is not the first line of an export/);
    // Recomputed after a change, so that only the next entry, or the first line, shows it.
    for (let at = 1; at <= last; at++) {
      const { hash: _hash, ...entry } = JSON.parse(lines[at]) as EvidenceEntry;
      const changed = { ...entry, answers: [], ip: '192.0.2.1' };
      const hash = createHash('sha256').update(JSON.stringify(changed)).digest('hex');
      const replaced = verify(lines.with(at, JSON.stringify({ ...changed, hash })));
      expect(replaced).toMatch(/a line was replaced|not the one in the first line/);
    }
  });
});

describe('a replay', () => {
  it.each([3, 4, 5])('from any checkpoint gives the same state, rows and hashes (seed %i)', async (seed) => {
    const shard = await seededShard(seed);
    const digest = shard.fold.digest();
    const random = seeded(seed);
    for (let turn = 0; turn < 8; turn++) {
      const at = Math.floor(random() * shard.records.length);
      const until = at + Math.floor(random() * (shard.records.length - at));
      const tables = new MemoryTables();
      const first = foldOf(tables);
      for (let offset = 1; offset <= at; offset++) await first.apply(offset, shard.records[offset - 1]);
      const second = foldOf(tables);
      second.fold.restore(first.fold.checkpoint());
      for (let offset = at + 1; offset <= shard.records.length; offset++) {
        await second.apply(offset, shard.records[offset - 1], offset <= until ? until : -1);
        if (offset === until) expect(second.participant.hasPending()).toBe(false);
      }
      expect(second.fold.digest()).toBe(digest);
      const rows = ({ changes, entries }: MemoryTables): unknown[] => [
        ...changes.map(({ change_seq, hash }) => [change_seq, hash]),
        ...entries.map(({ line }) => line),
      ];
      if (until === at) expect(rows(tables)).toEqual(rows(shard.tables));
    }
  });
});

function foldOf(tables: MemoryTables): {
  fold: ShardFold<null>;
  participant: ValidationParticipant<null>;
  apply: (offset: number, record: Uint8Array, committed?: number) => Promise<void>;
} {
  const fold: ShardFold<null> = new ShardFold(0, [new ValidationParticipant<null>(0, () => fold.directory, tables)]);
  const participant = fold.participants[0] as ValidationParticipant<null>;
  return {
    ...{ fold, participant },
    async apply(offset, record, committed = -1) {
      fold.applyRecord(offset, record, () => committed);
      await participant.takePendingWrite()?.writeRows(null);
    },
  };
}
