import { setImmediate as turn } from 'node:timers/promises';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { encodeSeriesBody, windowStart } from '@icmp-mon/probing/wire';
import type { TelemetryDatabase } from '@icmp-mon/platform/database';
import { describe, expect, it } from 'vitest';
import { LivePublisher } from '../live-publisher';
import { samplesOf } from '../stored-windows.test-rows';
import type { LiveClient } from './live-clients';
import { LiveFeed } from './live-feed';
import { parseLiveId } from './live-id';
import { type LiveRow, readLiveMessage } from './live-news';
import { LIVE_KEPT_MS } from './recent-results';
import { recentOf } from '../one-target.test-checks';

const KEY = 7;
const SHARD = 7;
const SHARDS = 8;
const SEEDS = 100;
const STEPS = 150;
/** More than a message may contain. */
const MANY = 1_200;

type Random = (below: number) => number;

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Stored extends LiveRow {
  position: number;
  rtts: number[];
}

/** `probe_recent` of one target, with the statements of `RecentResults`. */
class Table {
  readonly rows: Stored[] = [];
  reads = 0;

  constructor(private readonly random: Random) {}

  async query(text: string, params: unknown[]): Promise<object[]> {
    const end = Math.max(-1, ...this.kept().map(({ position }) => position));
    const found = text.includes('found') ? (params[1] as number[]).flatMap((from, at) => this.after(from, at + 1)) : [];
    for (let turns = this.random(4); turns > 0; turns--) await turn();
    if (text.includes('agent_no')) return [{ agent_no: 1, agent_id: 'id', name: 'agent' }];
    if (text.includes('shard_position')) return [{ shard: SHARD, position: end }];
    if (!text.includes('found')) return (params[0] as number[]).map(() => ({ position: end }));
    this.reads++;
    return found;
  }

  kept(): Stored[] {
    return this.rows.filter(({ startMs }) => startMs >= Date.now() - LIVE_KEPT_MS);
  }

  private after(from: number, nr: number): object[] {
    const rows = this.kept().filter(({ position }) => position >= from);
    return rows.map(({ check, startMs, body, position }) => ({
      ...{ nr, shard: SHARD, check_no: check, window_start: new Date(startMs), body, position, found: rows.length },
    }));
  }

  /** Returns ids and rtts of all results after a place. */
  lines(after: { position: number; index: number }): string[] {
    const index = new Map<number, number>();
    return this.kept().flatMap(({ position, rtts }) =>
      rtts.flatMap((rttUs) => {
        const at = index.get(position) ?? 0;
        index.set(position, at + 1);
        const isAfter = position > after.position || (position === after.position && at > after.index);
        return isAfter ? [`${SHARD}:${position}:${at} ${rttUs}`] : [];
      }),
    );
  }
}

/** One viewer across all its connections. */
class Viewer {
  readonly lines: string[] = [];
  from: string | null = null;
  lastId: string | null = null;
  client: LiveClient | null = null;

  constructor(private readonly feed: LiveFeed) {}

  open(): void {
    const client: LiveClient = {
      sendResults: ({ all }) => {
        if (this.client !== client) return;
        this.lines.push(...all.map(({ id, result }) => `${id} ${result.rttUs}`));
        this.lastId = all.at(-1)?.id ?? this.lastId;
      },
      seenUpTo: (id) => {
        this.from ??= id;
        this.lastId = id;
      },
      sendReset: () => expect.unreachable('a reset'),
      whenDrained: () => Promise.resolve(),
    };
    this.client = client;
    void this.feed.addClient(client, this.lastId);
  }

  /** Closes the connection, possibly in the middle of a commit. */
  close(truncated: boolean): void {
    if (this.client) this.feed.removeClient(this.client);
    this.client = null;
    const isAtResult = this.lines.at(-1)?.startsWith(`${this.lastId} `);
    if (!truncated || !isAtResult || this.lines.length < 2) return;
    this.lines.pop();
    this.lastId = this.lines.at(-1)?.split(' ')[0] ?? null;
  }
}

/** A projector, messages in transit, and a feed with viewers. */
class Scene {
  readonly table: Table;
  readonly feed: LiveFeed;
  readonly viewers: Viewer[];
  private readonly watched = new Set([KEY]);
  private publisher = this.owner();
  private air: string[] = [];
  private position = 0;
  private rttUs = 0;

  constructor(private readonly random: Random) {
    this.table = new Table(random);
    const database = this.table as unknown as TelemetryDatabase;
    const recent = recentOf(database);
    this.feed = new LiveFeed(KEY, SHARDS, recent, (error) => expect.unreachable(String(error)));
    this.viewers = Array.from({ length: 3 }, () => new Viewer(this.feed));
  }

  private owner(): LivePublisher {
    return new LivePublisher(SHARD, {
      watchedKeys: () => this.watched,
      publishMessage: (message) => this.air.push(message),
    });
  }

  private rows(): Stored[] {
    const { random } = this;
    return Array.from({ length: 1 + random(2) }, (_, at) => {
      const rtts = Array.from({ length: random(30) === 0 ? MANY : 1 + random(3) }, () => ++this.rttUs);
      const samples = rtts.map((rttUs, offsetMs) => ({ agentNo: 1, offsetMs, outcome: OUTCOME.reply, rttUs }));
      const startMs = windowStart(Date.now()) - (random(12) === 0 ? 2 * LIVE_KEPT_MS : 0);
      return { check: at + 1, startMs, body: encodeSeriesBody(samplesOf(samples)), position: this.position, rtts };
    });
  }

  commit(): void {
    this.position += 1 + this.random(3);
    const rows = this.rows();
    const told = this.publisher.prepareMessages(this.position, new Map(this.watched.has(KEY) ? [[KEY, rows]] : []));
    this.table.rows.push(...rows);
    told();
  }

  /** Delivers one of the messages in transit, loses it, or delivers it and keeps a duplicate. */
  deliver(): void {
    if (this.air.length === 0) return;
    const [message] = this.air.splice(this.random(3) === 0 ? this.random(this.air.length) : 0, 1);
    const fate = this.random(8);
    if (fate === 0) this.air.push(message);
    if (fate !== 1) for (const news of readLiveMessage(message)) this.feed.onNews(news);
  }

  async step(): Promise<void> {
    const { random, viewers } = this;
    const what = random(24);
    if (what > 20) await this.rest();
    else if (what < 6) this.commit();
    else if (what < 12) this.deliver();
    else if (what < 14) await this.rest(random(20));
    else if (what === 14) this.feed.scheduleRead(random(2) === 0);
    else if (what === 15) this.watched.delete(KEY);
    else if (what === 16) this.watched.add(KEY);
    else if (what === 17 && random(3) === 0) this.publisher = this.owner();
    else {
      const viewer = viewers[random(viewers.length)];
      if (viewer.client) viewer.close(random(2) === 0);
      else viewer.open();
    }
  }

  async end(): Promise<void> {
    for (const viewer of this.viewers) if (!viewer.client) viewer.open();
    await this.rest();
    this.feed.scheduleRead();
    await this.rest();
  }

  /** Lets reads in progress complete, or nearly. */
  async rest(turns = 60): Promise<void> {
    for (let at = 0; at < turns; at++) await turn();
  }
}

describe('a live feed', () => {
  it(`delivers all results once and in order, regardless of lost messages, reconnects and takeovers (${SEEDS} seeds)`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const scene = new Scene(randomOf(seed));
      for (let step = 0; step < STEPS; step++) await scene.step();
      await scene.end();
      for (const { from, lines } of scene.viewers) {
        const place = parseLiveId(from ?? '') ?? { position: -1, index: -1 };
        const expected = scene.table.lines(place);
        const wrongAt = expected.findIndex((line, at) => line !== lines[at]);
        expect({ seed, told: lines.length, wrongAt }).toEqual({ seed, told: expected.length, wrongAt: -1 });
      }
    }
  });

  it('reads nothing while messages directly follow what it knows', async () => {
    const scene = new Scene(() => 0);
    const [viewer] = scene.viewers;
    viewer.open();
    await scene.rest();
    for (let commits = 0; commits < 20; commits++) {
      scene.commit();
      await scene.rest();
    }
    expect(scene.table.reads).toBe(0);
  });
});
