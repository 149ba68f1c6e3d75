import { encodeBody, readUpload, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { expect, it } from 'vitest';
import type { Answer } from './test-client';
import { TestLane } from './test-lane';

const AGENT_ID = '01900000-0000-7000-8000-000000000001';
const BACK_OFF = { firstMs: 1, maxMs: 1 };

function bodyOf(results: number): ReturnType<typeof encodeBody> {
  const builder = new ResultColumnsBuilder();
  for (let at = 0; at < results; at++) builder.addResult(at + 1, 1, Date.now(), 0, 1_000);
  return encodeBody(builder.buildColumns(), compress);
}

const answered = (status: number, body: object = {}): Answer => ({
  status,
  headers: {},
  body: Buffer.from(JSON.stringify(body)),
});

/** Answers one upload after another, and records how many blocks each had. */
function gateway(...answers: (() => Answer)[]): { blocks: number[]; sendUpload(): Promise<Answer> } {
  const blocks: number[] = [];
  return {
    blocks,
    sendUpload(...[, body]: [string?, Uint8Array?]): Promise<Answer> {
      const read = readUpload(body ?? new Uint8Array());
      blocks.push(read.ok ? read.blocks.length : -1);
      const answer = answers[blocks.length - 1] ?? ((): Answer => answered(204));
      return new Promise((resolve) => resolve(answer()));
    },
  };
}

it('sends again blocks that were not answered, refused or deferred', async () => {
  const client = gateway(
    () => {
      throw new Error('cut off');
    },
    () => answered(503),
    () =>
      answered(200, { durable: null, refused: [], deferred: { from: 1, reason: 'too_many_results', retryAfterS: 0 } }),
    () => answered(200, { durable: null, refused: [{ index: 0, reason: 'damaged' }] }),
  );
  const lane = new TestLane<string>({ agentId: AGENT_ID, client }, 'live', { boot: 1, backOff: BACK_OFF });
  for (const [at, results] of [3, 4, 5].entries()) lane.add({ shard: at, body: bodyOf(results) }, `block ${at}`);
  expect([lane.queuedBlocks, lane.queuedResults]).toEqual([3, 12]);
  await lane.shipQueued();
  expect(client.blocks).toEqual([3, 3, 3, 2]);
  expect(lane.counts).toMatchObject({ requests: 3, uploads: 2, failed: 2, retries: 2, refusedBlocks: 1 });
  expect([lane.queuedBlocks, lane.queuedResults]).toEqual([0, 0]);
});

it('ships no more blocks per upload than allowed, counts a repeated block once, and drops removed ones', async () => {
  const client = gateway();
  const lane = new TestLane<string>({ agentId: AGENT_ID, client }, 'backfill', { boot: 1, blocksMax: 2 });
  lane.add({ shard: 0, body: bodyOf(2) }, 'repeated', true);
  lane.add({ shard: 0, body: bodyOf(3) }, 'once');
  expect(lane.queuedResults).toBe(5);
  await lane.shipQueued();
  expect(client.blocks).toEqual([2, 1]);
  lane.add({ shard: 0, body: bodyOf(1) }, 'taken out');
  expect(lane.takeAll().map(({ note }) => note)).toEqual(['taken out']);
  await lane.shipQueued();
  expect(client.blocks).toEqual([2, 1]);
});
