import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  encodeBody,
  inspectBlock,
  readUpload,
  ResultColumnsBuilder,
  type ResultsResponse,
} from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { eventually } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool } from '../spool/spool';
import { GatewayFailure, type LaneName } from './gateway-client';
import { LaneShipper } from './lane-shipper';

const MIB = 1024 ** 2;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('a lane', () => {
  let dir: string;
  let spool: Spool;
  const lanes: LaneShipper[] = [];
  /** Sequences of each upload, by lane. */
  let uploads: { lane: LaneName; sequences: number[] }[];
  let answer: (sequences: number[], boot: number) => ResultsResponse | Promise<ResultsResponse>;

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'lane-'));
    spool = new Spool({ dir, bytesMax: 64 * MIB, log });
    uploads = [];
    answer = (sequences, boot) => ({ durable: { boot, sequence: Math.max(...sequences) }, refused: [] });
  });

  afterEach(async () => {
    await Promise.all(lanes.splice(0).map((lane) => lane.stop()));
    spool.close();
    rmSync(dir, { recursive: true });
  });

  function lane(name: LaneName, yieldsTo?: LaneShipper): LaneShipper {
    const results = async (which: LaneName, upload: Uint8Array): Promise<ResultsResponse> => {
      const headers = readUpload(upload).blocks.map((block) => {
        const inspected = inspectBlock(block);
        if (!inspected.ok) throw new Error(inspected.detail);
        return inspected.header;
      });
      const sequences = headers.map(({ sequence }) => sequence);
      uploads.push({ lane: which, sequences });
      return answer(sequences, headers[0].boot);
    };
    const shipper = new LaneShipper({
      lane: name,
      spool,
      gateway: { sendUpload: results },
      agentId: AGENT,
      yieldsTo,
      log,
    });
    lanes.push(shipper);
    return shipper;
  }

  function append(count: number, liveForMs: number): void {
    const builder = new ResultColumnsBuilder();
    builder.addResult(1, 1, Date.now(), 0, 1);
    const body = encodeBody(builder.buildColumns(), compress);
    const block = { shard: 0, policyVersion: 1, liveUntilMs: Date.now() + liveForMs, body };
    spool.appendBlocks(
      Array.from({ length: count }, () => block),
      false,
    );
  }

  it('sends deferred blocks again after the requested delay, and loses none', async () => {
    answer = (sequences, boot) => ({
      durable: { boot, sequence: sequences[Math.min(4, sequences.length) - 1] },
      refused: [],
      ...(sequences.length > 4 && { deferred: { from: 4, reason: 'too_many_results', retryAfterS: 0 } }),
    });
    append(20, 60_000);
    const live = lane('live');
    live.start();
    await eventually(() => expect(live.shippedResults).toBe(20));
    expect(uploads[0].sequences).toHaveLength(20);
    // It may send four at a time, and tries more now and then.
    expect(uploads[1].sequences).toHaveLength(4);
    const taken = uploads.flatMap(({ sequences }) => sequences.slice(0, 4));
    expect(taken.sort((a, b) => a - b)).toEqual(uploads[0].sequences);
    expect(spool.stats()).toMatchObject({ quarantined: 0, droppedResults: 0 });
  });

  it.each([
    ['timed out', 408],
    ['got no answer', 0],
  ])('splits an upload that %s into halves and sends these', async (_, status) => {
    const refuse = (): never => {
      throw new GatewayFailure(status, 'refused by the test', undefined);
    };
    const takes = answer;
    answer = (sequences, boot) => (sequences.length > 100 ? refuse() : takes(sequences, boot));
    append(600, 60_000);
    const live = lane('live');
    live.start();
    await eventually(() => expect(live.shippedResults).toBeGreaterThan(0));
    const counts = uploads.map(({ sequences }) => sequences.length);
    const refused = counts.slice(
      0,
      counts.findIndex((count) => count <= 100),
    );
    expect(refused.length).toBeGreaterThan(1);
    expect(refused).toEqual([...refused].sort((one, other) => other - one));
  });

  it('that yields ships only while the other one is idle', async () => {
    const held = Promise.withResolvers<void>();
    const takes = answer;
    answer = async (sequences, boot) => {
      if (uploads.at(-1)?.lane === 'live') await held.promise;
      return takes(sequences, boot);
    };
    append(1, 60_000);
    append(3, -1);
    const live = lane('live');
    const backfill = lane('backfill', live);
    live.start();
    await eventually(() => expect(uploads).toHaveLength(1));
    expect(await live.whenIdle(10, new AbortController().signal)).toBe(false);
    backfill.start();
    held.resolve();
    await eventually(() => expect(backfill.shippedResults).toBe(3));
    expect(uploads.map((upload) => upload.lane)).toEqual(['live', 'backfill']);
  });
});

const AGENT = '01936d2e-7c1a-7b3e-9a51-0242ac120003';
