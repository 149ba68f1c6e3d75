import { DETAIL_KIND, DETAIL_KIND_MAX, encodeDisbelief, encodePackets, OUTCOME } from '@icmp-mon/probing/contract';
import { decodeBlock, frameBlock } from '@icmp-mon/probing/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ScheduledTarget } from '../schedule/schedule';
import type { NewBlock } from '../spool/spooled-block';
import { ResultCollector } from './result-collector';

const ADDRESS = { agentId: '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f', boot: 1, lane: 1, shard: 0, sequence: 1 } as const;
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const target = { key: 7, check: 1, intervalMs: 5_000, lastOutcome: -1, misses: 0 } as unknown as ScheduledTarget;

describe('results that are not believed', () => {
  let kept: NewBlock[];
  let collector: ResultCollector;

  beforeEach(() => {
    kept = [];
    collector = new ResultCollector({
      shardCount: 1,
      compress: (bytes) => bytes,
      keep: (blocks) => kept.push(...blocks),
      log,
    });
  });

  /** Returns the kept results, by whether they are judged. */
  function results(): { isLive: boolean; outcome: number; detail: readonly number[] | undefined }[] {
    collector.flush();
    return kept.flatMap(({ policyVersion, liveUntilMs, body }) => {
      const decoded = decodeBlock(frameBlock({ ...ADDRESS, policyVersion }, body), (bytes) => bytes);
      if (!decoded.ok) throw new Error(decoded.detail);
      const { count, outcome, details } = decoded.columns;
      return Array.from({ length: count }, (_, row) => ({
        isLive: liveUntilMs > 0,
        outcome: outcome[row] ?? -1,
        detail: details.get(row),
      }));
    });
  }

  it('have their reason, and are not judged, once the control plane reads it', () => {
    collector.setReadable(DETAIL_KIND_MAX);
    collector.record(target, 1_000, OUTCOME.reply, 500);
    collector.record(target, 2_000, OUTCOME.timeout, 0, undefined, false);
    collector.record(target, 3_000, OUTCOME.timeout, 0, encodePackets({ sent: 3, received: 0 }), false);
    collector.record(target, 4_000, OUTCOME.error, 0, encodeDisbelief('foreign_reply'));
    expect(results()).toEqual([
      { isLive: true, outcome: OUTCOME.reply, detail: undefined },
      { isLive: false, outcome: OUTCOME.timeout, detail: encodeDisbelief('uplink_out') },
      { isLive: false, outcome: OUTCOME.timeout, detail: [...encodeDisbelief('uplink_out').slice(0, 2), 3, 0] },
      { isLive: false, outcome: OUTCOME.error, detail: encodeDisbelief('foreign_reply') },
    ]);
    expect(collector.doubted, 'only misses are doubted').toBe(2);
  });

  it.each([undefined, DETAIL_KIND.notBelieved - 1])(
    'have none while any process reads fewer kinds of details (%s)',
    (kind) => {
      collector.setReadable(DETAIL_KIND_MAX);
      collector.setReadable(kind);
      collector.record(target, 2_000, OUTCOME.timeout, 0, undefined, false);
      collector.record(target, 4_000, OUTCOME.error, 0, encodeDisbelief('foreign_reply'));
      expect(results()).toEqual([{ isLive: false, outcome: OUTCOME.timeout, detail: undefined }]);
    },
  );
});
