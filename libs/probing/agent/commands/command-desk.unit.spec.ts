import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandReport } from '@icmp-mon/commands/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandJournal } from './command-journal';
import { DeskFixture, IP, SILENT } from './desk.test-fixture';

const WITHIN = { timeout: 10_000, interval: 5 };
let of: DeskFixture;

beforeEach(() => {
  of = new DeskFixture();
});
afterEach(() => of.remove());

const reported = async (id: string): Promise<CommandReport | undefined> => {
  await expect.poll(() => of.reportOf(id), WITHIN).toBeDefined();
  return of.reportOf(id);
};

describe('an order', () => {
  it('is run, and reported with its attempts and trail', async () => {
    of.orderProbe('a');
    expect(of.received).toEqual(['a']);
    const report = await reported('a');
    const sentAt = new Date(1_700_000_000_000).toISOString();
    expect(report).toMatchObject({ state: 'completed', attempts: [{ sentAt, outcome: 'reply', rttUs: 1_500 }, {}] });
    const texts = report !== undefined && 'trail' in report ? report.trail.map(({ text }) => text) : [];
    expect(texts).toContain(`the policy file allows icmp_ping of ${IP}`);
    expect(texts.at(-1)).toBe('probe 2: reply after 1.50 ms');
    expect(of.slices[0]).toMatchObject({ ips: [IP, IP], timeoutMs: 500, spacingMs: 200 });
  });

  it('reports what a name server answered, within limits and as plain text', async () => {
    const records = ['192.0.2.7', 'a\u0000\u202eb', 'x'.repeat(300), ...Array<string>(500).fill('y')];
    of.facts = { dns: { rcode: 'NOERROR', records } };
    of.orderProbe('a', { count: 20 });
    const report = await reported('a');
    const read = ['192.0.2.7', 'a??b', 'x'.repeat(128), 'y', 'y'];
    expect(report).toMatchObject({
      attempts: Array.from({ length: 20 }, () => ({ dns: { rcode: 'NOERROR', records: read } })),
    });
    const texts = report !== undefined && 'trail' in report ? report.trail.map(({ text }) => text) : [];
    expect(texts.at(-1)).toMatch(/^probe 20: reply after 1.50 ms: NOERROR: 192.0.2.7, a\?\?b, x/);
    // A request with reports has at most 60,000 bytes.
    expect(JSON.stringify(report).length).toBeLessThan(40_000);
  });

  it('is run once, also if the gateway repeats it, and after a restart', async () => {
    for (let at = 0; at < 5; at++) of.orderProbe('a');
    await reported('a');
    of.orderProbe('a');
    of.openAgain();
    of.orderProbe('a');
    expect([of.slices.length, of.received]).toEqual([1, ['a']]);
    expect(of.journal.known).toEqual(['a']);
    of.journal.delivered(['a']);
    expect(of.journal.reports).toEqual([]);
    of.journal.forget(['a']);
    expect(of.journal.known).toEqual([]);
    of.orderProbe('a');
    expect(of.slices).toHaveLength(1);
  });

  it('is reported as interrupted when the agent was restarted while it ran', () => {
    of.sliceMs = null;
    of.orderProbe('a');
    of.openAgain();
    expect(of.reportOf('a')).toMatchObject({ state: 'failed', reason: 'interrupted' });
    of.orderProbe('a');
    expect(of.received).toEqual(['a']);
  });

  it('runs a limited number at the same time, and for one address one after the other', async () => {
    of.sliceMs = 20;
    for (let at = 0; at < 12; at++) of.orderProbe(`n${at}`, { ip: `192.0.2.${at + 10}` });
    for (let at = 0; at < 12; at++) await reported(`n${at}`);
    expect(of.mostAtOnce).toBe(4);
    of.mostAtOnce = 0;
    of.orderProbe('x');
    of.orderProbe('y');
    await reported('y');
    expect(of.mostAtOnce).toBe(1);
  });

  it('is refused when too many wait', async () => {
    of.sliceMs = null;
    for (let at = 0; at < 37; at++) of.orderProbe(`n${at}`);
    expect(await reported('n36')).toMatchObject({ state: 'failed', reason: 'busy' });
  });

  it('ends when it expires or is cancelled', async () => {
    of.sliceMs = null;
    of.orderProbe('a', { count: 1, expiresInMs: 30 });
    expect(await reported('a')).toMatchObject({ state: 'failed', reason: 'expired' });
    of.orderProbe('b', { ip: '192.0.2.2' });
    await expect.poll(() => of.slices.length, WITHIN).toBe(2);
    of.desk.cancelOrder('b');
    expect(await reported('b')).toMatchObject({ state: 'failed' });
  });

  it('ends when the policy file stops all probing meanwhile', async () => {
    of.sliceMs = null;
    of.orderProbe('a', { expiresInMs: 60_000 });
    await expect.poll(() => of.slices.length, WITHIN).toBe(1);
    of.policy = 'stopped: true';
    const detail = 'The policy file of the agent stops all probing.';
    expect(await reported('a')).toMatchObject({ state: 'failed', reason: 'refused', detail });
  });

  it('shares the packet rates of the policy file with the schedule', async () => {
    of.policy = 'packetsPerSecondPerAddress: 4';
    of.scheduled = 2;
    of.orderProbe('a');
    await reported('a');
    expect(of.slices[0]?.spacingMs).toBe(500);
    of.scheduled = 4;
    of.orderProbe('b', { ip: '192.0.2.2' });
    expect(await reported('b')).toMatchObject({ reason: 'refused' });
    [of.scheduled, of.freeRate] = [0, 0];
    of.orderProbe('c', { ip: '192.0.2.3', count: 1, expiresInMs: 150 });
    const waited = { text: expect.stringMatching(/^waits: scheduled probes need all packets per second/) };
    expect(await reported('c')).toMatchObject({ reason: 'expired', trail: [{}, {}, waited] });
    expect(of.slices).toHaveLength(1);
  });

  it('does not exceed the packet rate of an address, also by many orders of one probe', async () => {
    of.policy = 'packetsPerSecondPerAddress: 2';
    const connect = { kind: 'tcp_connect', parameters: { port: 443 }, count: 1 } as const;
    of.orderProbe('a', connect);
    of.orderProbe('b', connect);
    await reported('a');
    const startedMs = performance.now();
    await reported('b');
    // Three packets at two per second.
    expect(of.slices).toHaveLength(2);
    expect(performance.now() - startedMs).toBeGreaterThan(1_400);
  });
});

describe('the journal of commands', () => {
  it('is private, and starts empty when it is unreadable', () => {
    of.orderProbe('a');
    const file = path.join(of.dir, 'commands.json');
    expect(readFileSync(file, 'utf8')).toContain('"a"');
    for (const text of ['{', '{}', '[null, {"id": 7}]']) {
      writeFileSync(file, text);
      expect(CommandJournal.loadJournal(of.dir, SILENT).known).toEqual([]);
    }
  });

  it('accepts a limited number, and forgets expired ones after a while', () => {
    let nowMs = 1_000;
    const journal = CommandJournal.loadJournal(of.dir, SILENT, () => nowMs);
    const accepted = Array.from({ length: 120 }, (_, at) => journal.accept(`n${at}`, 1_000));
    expect(accepted.filter(Boolean)).toHaveLength(100);
    journal.forget(journal.known);
    nowMs += 3_600_000;
    expect(journal.accept('later', 1_000)).toBe(true);
    expect(journal.known).toEqual(['later']);
  });

  it('runs nothing twice when the clock is set forward, and stays usable when it is set back', () => {
    let nowMs = 1_000;
    const journal = CommandJournal.loadJournal(of.dir, SILENT, () => nowMs);
    expect(journal.accept('a', 1_000)).toBe(true);
    nowMs = 1_700_000_000_000;
    expect(journal.accept('b', 1_000)).toBe(true);
    expect([journal.accept('a', 1_000), journal.known]).toEqual([false, ['a', 'b']]);
    journal.forget(['a', 'b']);
    nowMs = 1_600_000_000_000;
    expect(journal.accept('c', 1_000)).toBe(true);
    expect(JSON.parse(readFileSync(path.join(of.dir, 'commands.json'), 'utf8'))).toHaveLength(1);
  });

  it('has room for the largest rate of commands of an agent for any time', () => {
    let nowMs = 1_000;
    const journal = CommandJournal.loadJournal(of.dir, SILENT, () => nowMs);
    const acceptEnded = (id: string): boolean => {
      const isNew = journal.accept(id, 300_000);
      journal.forget([id]);
      return isNew;
    };
    for (let at = 0; at < 380; at++, nowMs += 1_000) expect([at, acceptEnded(`n${at}`)]).toEqual([at, true]);
    // One that has not expired is not run again.
    expect(acceptEnded('n300')).toBe(false);
    // A gateway that orders without end fills it.
    const flood = Array.from({ length: 160 }, (_, at) => acceptEnded(`x${at}`));
    expect(flood.filter(Boolean).length).toBeLessThan(150);
  });
});
