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

  it('refuses a file without the hash that was kept elsewhere, or that cannot be read', async () => {
    expect((await verify(LINES, '--hash', ENTRIES[1].hash)).code).toBe(0);
    const { err, code } = await verify(LINES, '--hash', 'f'.repeat(64));
    expect([code, err]).toEqual([1, expect.stringContaining('written again as a whole')]);
    const absent = await runCaptured(['evidence', 'verify', path.join(folder, 'absent')], {});
    expect(absent.err).toMatch(/The evidence cannot be read/);
  });
});
