import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { AnchorReport } from '@icmp-mon/agents/contract';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OnResult, ProbeSlice, SliceEnd } from '../executors/executor';
import { parsePolicy } from '../policy/parse-policy';
import { AnchorProber } from './anchor-prober';
import { readAddresses, StoredAnchors } from './stored-anchors';

const quiet = (): void => undefined;
const LOG = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const WITHIN = { timeout: 10_000, interval: 5 };
const SENT_MS = Date.parse('2026-03-01T12:00:00.000Z');

let dir: string;
let prober: AnchorProber;
let asked: ProbeSlice[];
let evidence: string[];

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'anchors-'));
  asked = [];
  evidence = [];
});
afterEach(async () => {
  await prober.stop();
  rmSync(dir, { recursive: true });
});

function started(
  outcomes: Record<string, number>,
  { spacingMs = 20 as number | null, policy = '', freePerSecond = 10, isHalted = false } = {},
): void {
  const runSlice = (slice: ProbeSlice, onResult: OnResult): Promise<SliceEnd> => {
    asked.push(slice);
    slice.ips.forEach((ip, at) => {
      const outcome = outcomes[ip];
      if (outcome !== undefined) onResult(at, SENT_MS, outcome, outcome === OUTCOME.reply ? 1_500 : 0);
    });
    return Promise.resolve({ ok: true, pausedMs: 0 });
  };
  prober = new AnchorProber({
    ping: { runSlice, close: quiet },
    policy: () => parsePolicy(policy),
    rates: () => (isHalted ? null : { takePackets: () => spacingMs, freePerSecondOf: () => freePerSecond }),
    stored: new StoredAnchors(dir, LOG),
    onRound: (states) => evidence.push(states.evidence),
    log: LOG,
  });
  prober.start();
}

const reports = (): Promise<AnchorReport[]> =>
  expect
    .poll(() => evidence.length, WITHIN)
    .toBeGreaterThan(0)
    .then(() => prober.anchorReports());

describe('the anchors', () => {
  it('are pinged as soon as the gateway has sent them, all in one slice, and each is reported', async () => {
    started({ '192.0.2.1': OUTCOME.reply, '192.0.2.2': OUTCOME.timeout });
    prober.useAnchors(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
    expect(await reports()).toEqual([
      { ip: '192.0.2.1', state: 'answers', rttUs: 1_500, lastReplyAt: '2026-03-01T12:00:00.001Z' },
      { ip: '192.0.2.2', state: 'silent' },
      { ip: '2001:db8::1', state: 'unmeasured' },
    ]);
    expect(asked.map(({ ips, spacingMs }) => [ips, spacingMs])).toEqual([
      [['192.0.2.1', '192.0.2.2', '2001:db8::1'], 20],
    ]);
    expect(evidence).toEqual(['answer']);
  });

  it('are refused by the policy file like every address', async () => {
    started({ '192.0.2.1': OUTCOME.timeout }, { policy: 'deny: ["198.51.100.0/24"]\n' });
    prober.useAnchors(['192.0.2.1', '198.51.100.7']);
    expect((await reports()).map(({ state }) => state)).toEqual(['silent', 'refused']);
    expect(asked[0]?.ips).toEqual(['192.0.2.1']);
    expect(evidence).toEqual(['silent']);
  });

  it('are refused where they would exceed the packets per second of an address', async () => {
    started({ '192.0.2.1': OUTCOME.reply }, { freePerSecond: 0.4 });
    prober.useAnchors(['192.0.2.1']);
    expect((await reports()).map(({ state }) => state)).toEqual(['refused']);
    expect(asked).toEqual([]);
  });

  it('are not pinged by an agent that is evicted or banned', async () => {
    started({ '192.0.2.1': OUTCOME.reply }, { isHalted: true });
    prober.useAnchors(['192.0.2.1']);
    expect((await reports()).map(({ state }) => state)).toEqual(['unmeasured']);
    expect(asked).toEqual([]);
  });

  it('prove nothing from the moment at which they are removed', async () => {
    started({ '192.0.2.1': OUTCOME.timeout });
    prober.useAnchors(['192.0.2.1']);
    await expect.poll(() => evidence.at(-1), WITHIN).toBe('silent');
    prober.useAnchors([]);
    expect(evidence.at(-1)).toBe('unknown');
  });

  it('prove nothing while the policy leaves no room for their packets', async () => {
    started({ '192.0.2.1': OUTCOME.timeout }, { spacingMs: null });
    prober.useAnchors(['192.0.2.1']);
    expect(await reports()).toEqual([{ ip: '192.0.2.1', state: 'unmeasured' }]);
    expect([asked, evidence]).toEqual([[], ['unknown']]);
  });

  it('are known after a restart, and stay while an older gateway sends none', async () => {
    new StoredAnchors(dir, LOG).storeAddresses(['192.0.2.1']);
    started({ '192.0.2.1': OUTCOME.unreachable });
    prober.useAnchors(undefined);
    expect(await reports()).toEqual([{ ip: '192.0.2.1', state: 'silent' }]);
    prober.useAnchors([]);
    expect(prober.anchorReports()).toEqual([]);
    expect(new StoredAnchors(dir, LOG).readAddresses()).toEqual([]);
  });

  it('are none if the stored file is damaged, and only canonical addresses are used', () => {
    started({});
    for (const text of ['{', '{"a":1}', '[1,2,3,4,5,6]', '["127.1","-f/etc/passwd",5]', '"192.0.2.1"']) {
      writeFileSync(path.join(dir, 'anchors.json'), text);
      expect(new StoredAnchors(dir, LOG).readAddresses(), text).toEqual([]);
    }
    expect(readAddresses(['192.0.2.1', '192.0.2', '::1%lo', '192.0.2.1'])).toEqual(['192.0.2.1']);
    expect(readAddresses(Array.from({ length: 6 }, () => '192.0.2.1'))).toBeUndefined();
  });
});
