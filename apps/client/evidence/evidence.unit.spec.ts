import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EvidenceEntry, FIRST_PREVIOUS, sealEntry } from '@icmp-mon/status/contract';
import { afterAll, describe, expect, it } from 'vitest';
import { runCaptured } from '../testing/run-captured';

const folder = mkdtempSync(path.join(tmpdir(), 'icmpmon-evidence-'));
const file = path.join(folder, 'evidence.ndjson');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

afterAll(() => rmSync(folder, { recursive: true }));

function entriesOf(count: number): EvidenceEntry[] {
  const entries: EvidenceEntry[] = [];
  for (let entry = 1; entry <= count; entry++) {
    const at = (hour: number): string => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
    entries.push(
      sealEntry(
        {
          ...{ target: 't', ip: '192.0.2.1', vrf: 'default', tier: 'edge', check: 2, type: 'tcp_connect', port: 23 },
          ...{ chain: '0:1', entry, from: at(entry), until: at(entry + 1), intervalMs: 15_000, longestPauseMs: null },
          ...{ status: entry === 2 ? 'untested' : 'as_expected', reason: entry === 2 ? 'no_control' : 'closed' },
          ...{ agents: [], answers: [], answersMore: 0, previous: entries.at(-1)?.hash ?? FIRST_PREVIOUS },
        },
        sha256,
      ),
    );
  }
  return entries;
}

const ENTRIES = entriesOf(3);
const CHAIN = { chain: '0:1', firstEntry: 1, lastEntry: 3, lastHash: ENTRIES[2].hash };
/** A hash that was kept elsewhere, of a log that is not this one. */
const ANCHOR = 'a'.repeat(64);
const HEADER = { evidence: 'icmpmon/1', target: 't', check: 2, from: null, until: null, chains: [CHAIN] };
const LINES = [HEADER, ...ENTRIES].map((line) => JSON.stringify(line));

async function verify(
  lines: readonly string[],
  ...options: string[]
): Promise<{ out: string; err: string; code: number }> {
  writeFileSync(file, `${lines.join('\n')}\n`);
  return runCaptured(['evidence', 'verify', file, ...options], {});
}

describe('icmpmon evidence verify', () => {
  it('prints the time of each status and the last hash, without a server', async () => {
    const { out, code } = await verify(LINES);
    expect(code).toBe(0);
    expect(out).toBe(
      'Verified: 3 entries of check 2 of target t\nFrom 2026-01-01T01:00:00.000Z until 2026-01-01T04:00:00.000Z\n' +
        `  violated: 0.00 h\n  untested: 1.00 h\n  as expected: 2.00 h\nLog 0:1, entry 3: ${ENTRIES[2].hash}\n`,
    );
    const { out: text } = await verify(LINES, '--json');
    expect(JSON.parse(text)).toMatchObject({ entries: 3, totalsMs: { untested: 3_600_000 } });
  });

  it.each([
    ['changed', LINES.with(2, LINES[2].replace('untested', 'as_expected')), /line 3: the line was changed/],
    ['removed', LINES.toSpliced(2, 1), /line 3: entry 2 is expected here, not 3/],
    ['moved', [LINES[0], LINES[2], LINES[1], LINES[3]], /line 2: entry 1 is expected here, not 2/],
    ['cut off', LINES.slice(0, 3), /line 4: the file ends after entry 2/],
    ['longer than allowed', [LINES[0], 'x'.repeat(5_000_000)], /a line is longer than 4000000 characters/],
  ])('refuses a file with a line %s', async (_what, lines, message) => {
    const { err, code } = await verify(lines);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it.each([
    ['a last entry that is a text, so that its hash is not compared', { ...CHAIN, lastEntry: '3', lastHash: ANCHOR }],
    ['a log that ends before it begins', { ...CHAIN, firstEntry: 4, lastHash: ANCHOR }],
    ['a hash with a control character', { ...CHAIN, lastHash: '\u001b[2J' }],
    ['no object', null],
  ])('refuses a first line that lists %s', async (_what, chain) => {
    const { err, out, code } = await verify([JSON.stringify({ ...HEADER, chains: [chain] }), ...LINES.slice(1)]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/line 1: the first line was changed/);
  });

  it('does not find a kept hash in the first line, which nothing seals', async () => {
    const forged = JSON.stringify({ ...HEADER, hash: ANCHOR });
    expect(await verify([forged, ...LINES.slice(1)], '--hash', ANCHOR)).toMatchObject({ code: 1 });
  });

  it('states that the beginning of a log is missing, and prints no control characters of the file', async () => {
    const cut = JSON.stringify({ ...HEADER, chains: [{ ...CHAIN, firstEntry: 2 }] });
    const { out, code } = await verify([cut, ...LINES.slice(2)]);
    expect([code, out]).toEqual([0, expect.stringContaining('begins with entry 2: earlier ones are not in the file')]);
    const empty = JSON.stringify({ ...HEADER, target: '\u001b[2J', chains: [] });
    expect((await verify([empty])).out).toBe('Verified: 0 entries of check 2 of target \\u{1b}[2J\n');
  });

  it('refuses an entry with times that it could not have, though its hash is right', async () => {
    const forged = sealEntry({ ...ENTRIES[0], from: '\u001b[2J', hash: undefined } as unknown as EvidenceEntry, sha256);
    const { err } = await verify([LINES[0], JSON.stringify(forged)]);
    expect(err).toMatch(/line 2: the line was written by something else/);
  });

  it('refuses a file without the hash that was kept elsewhere, or that cannot be read', async () => {
    expect((await verify(LINES, '--hash', ENTRIES[1].hash)).code).toBe(0);
    const { err, code } = await verify(LINES, '--hash', 'f'.repeat(64));
    expect([code, err]).toEqual([1, expect.stringContaining('written again as a whole')]);
    const absent = await runCaptured(['evidence', 'verify', path.join(folder, 'absent')], {});
    expect(absent.err).toMatch(/The evidence cannot be read/);
  });
});
