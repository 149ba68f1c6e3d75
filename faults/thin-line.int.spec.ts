import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { encodeBody, LANE, ResultColumnsBuilder, type EncodedBody } from '@icmp-mon/probing/wire';
import { eventually } from '@icmp-mon/platform/testing';
import { compress } from '@icmp-mon/platform/zstd';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EnrolResponse } from '@icmp-mon/agents/contract';
import {
  jsonOf,
  makeKeyAndCsr,
  TestClient,
  FakeGateway,
  GatewayClient,
  LaneShipper,
  Spool,
} from '@icmp-mon/probing/agent/testing';
import { seeded } from '@icmp-mon/shard/engine/testing';
import { TcpProxy } from './tcp-proxy';
import { ThinLine } from './thin-line';

const MIB = 1024 ** 2;
const BYTES_PER_S = 12_000;
/** Six times what the connection transfers within the gateway's time limit. */
const UPLOAD_MS_MAX = 8_000;
const BACKLOG_BLOCKS = 60;
const BACKLOG_RESULTS = 1_000;
const LIVE_EVERY_MS = 500;
const LIVE_RESULTS = 200;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let dir: string;
let gateway: FakeGateway;
let proxy: TcpProxy;
const line = new ThinLine(BYTES_PER_S);

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'thin-line-'));
  gateway = await FakeGateway.open();
  gateway.uploadMsMax = UPLOAD_MS_MAX;
  proxy = new TcpProxy();
});

afterEach(async () => {
  line.close();
  await proxy.close();
  await gateway.close();
  rmSync(dir, { recursive: true });
});

/** About five bytes per result, because fping's round trips do not compress. */
function bodyOf(results: number, random: () => number): EncodedBody {
  const builder = new ResultColumnsBuilder();
  const nowMs = Date.now();
  for (let at = 0; at < results; at++) {
    builder.addResult(Math.floor(random() * 100_000), 1, nowMs + at, OUTCOME.reply, Math.floor(random() * 1_000_000));
  }
  return encodeBody(builder.buildColumns(), compress);
}

it('ships an hour of backlog and new results over a connection too slow for either in one upload', async () => {
  const random = seeded(1);
  proxy.forwardTo(Number(new URL(gateway.gatewayUrl).port));
  const gatewayUrl = `https://127.0.0.1:${await proxy.listenOn()}`;
  const { keyPem, csrPem } = await makeKeyAndCsr();
  const enroller = new TestClient(gateway.enrolUrl, { ca: gateway.caPem });
  const identity = jsonOf<EnrolResponse>(await enroller.json('/v1/enrol', { token: 'right', csrPem }));
  enroller.close();
  const client = new GatewayClient({ ...identity, keyPem, gatewayUrl });
  const spool = new Spool({ dir, bytesMax: 64 * MIB, log });
  const { agentId } = identity;
  const live = new LaneShipper({ lane: 'live', spool, gateway: client, agentId, log });
  const backfill = new LaneShipper({ lane: 'backfill', spool, gateway: client, agentId, yieldsTo: live, log });
  const old = Array.from({ length: BACKLOG_BLOCKS }, () => bodyOf(BACKLOG_RESULTS, random));
  expect(old.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeGreaterThan(
    (BYTES_PER_S * UPLOAD_MS_MAX * 2) / 1_000,
  );
  spool.appendBlocks(
    old.map((body) => ({ shard: 0, policyVersion: 1, liveUntilMs: 1, body })),
    false,
  );
  proxy.become({ kind: 'thin', line });
  const arrived = (lane: number): number =>
    [...gateway.blocks.values()].filter(({ header }) => header.lane === lane).length;
  let appended = 0;
  /** Most live blocks waiting after the low bandwidth was detected. */
  let behind = 0;
  const measure = setInterval(() => {
    const body = bodyOf(LIVE_RESULTS, random);
    spool.appendBlocks([{ shard: 1, policyVersion: 1, liveUntilMs: Date.now() + 60_000, body }], live.isIdle);
    live.wakeShipper();
    appended++;
    if (arrived(LANE.backfill) > BACKLOG_BLOCKS / 4) behind = Math.max(behind, appended - arrived(LANE.live));
  }, LIVE_EVERY_MS);
  try {
    live.start();
    backfill.start();
    await eventually(() => expect(arrived(LANE.backfill)).toBe(BACKLOG_BLOCKS), { withinMs: 120_000 });
  } finally {
    clearInterval(measure);
  }
  // Live results overtook the backlog: the last one is not behind all waiting results.
  expect(behind).toBeLessThan((UPLOAD_MS_MAX * 2) / LIVE_EVERY_MS);
  await eventually(() => expect(arrived(LANE.live)).toBe(appended), { withinMs: 60_000 });
  await Promise.all([live.stop(), backfill.stop()]);
  spool.close();
  client.close();
}, 200_000);
