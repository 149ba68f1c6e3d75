import { setTimeout as pause } from 'node:timers/promises';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Messaging, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { register, TARGET } from '@icmp-mon/targets/server';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import { killAndWait } from '@icmp-mon/e2e/testing';

const KILLS = { short: 2, full: 10 };
const WRITERS = 8;
const LATE_S_MAX = 2;
const TOPIC = 'public.targets.v1';
const METADATA = { actor: 'faults', correlationId: newId(), causationId: null };

interface StoredEvent {
  id: string;
  stream: string;
  version: number;
}

/** Kills the relay's process repeatedly while writers hold their transactions open before the commit. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const kills = context.short ? KILLS.short : KILLS.full;
  await underLoad(context, findings, async (installation) => {
    const control = new ControlDatabase({ url: installation.product.access.controlDatabaseUrl, poolMax: WRITERS + 2 });
    const writing = { goesOn: true };
    try {
      const writers = Array.from({ length: WRITERS }, (_, at) => write(control, context, at, writing));
      for (let kill = 1; kill <= kills; kill++) {
        await pause(500 + context.random() * 1_500);
        const { seconds } = await killAndWait(installation.product, ['worker']);
        context.printLine(`kill ${kill}: the relay's process is ready after ${seconds.toFixed(1)} s`);
      }
      writing.goesOn = false;
      await Promise.all(writers);
      await judge(findings, installation, control);
    } finally {
      writing.goesOn = false;
      await control.close();
    }
  });
  findings.recordCount('kills', kills);
  return findings;
}

/** Registers targets; every second transaction stays open for a while between insert and commit. */
async function write(
  control: ControlDatabase,
  { random }: FaultContext,
  writer: number,
  writing: { goesOn: boolean },
): Promise<void> {
  const store = new EventStore(control);
  for (let at = 0; writing.goesOn; at++) {
    const targetId = newId();
    const [row] = await control.query<{ key: number }>(`SELECT nextval('target_key_seq')::integer AS key`);
    const target = {
      targetId,
      key: row?.key ?? 0,
      ip: `10.${writer}.${(at >> 8) & 255}.${at & 255}`,
      ...{ vrf: 'faults', name: null, tags: {}, tier: 'no-such-tier' },
    };
    const lateS = at % 2 === 0 ? random() * LATE_S_MAX : 0;
    await store.execute(TARGET, targetId, (state) => register(state, target), {
      metadata: METADATA,
      expectedVersion: 0,
      within: async (sql) => void (await sql.query('SELECT pg_sleep($1)', [lateS])),
    });
    await pause(20);
  }
}

/** Verifies that the topic has every event of the store and no other, and the events of each aggregate in order. */
async function judge(findings: Findings, { product }: Installation, control: ControlDatabase): Promise<void> {
  const messaging = new Messaging({
    brokers: product.access.kafkaBrokers,
    sasl: product.access.kafkaSasl,
    topicPrefix: product.topicPrefix,
    clientId: 'faults',
  });
  try {
    const stored = await control.query<StoredEvent>(
      `SELECT id::text, stream, version FROM event WHERE stream LIKE 'target-%' ORDER BY position`,
    );
    let published: ReceivedMessage[] = [];
    for (let look = 0; look < 60; look++) {
      published = await readAll(messaging);
      const ids = new Set(published.map(({ headers }) => headers['ce_id']));
      if (stored.every(({ id }) => ids.has(id))) break;
      await pause(500);
    }
    const ids = new Set(published.map(({ headers }) => headers['ce_id']));
    const known = new Set(stored.map(({ id }) => id));
    findings.recordCount('events in the store', stored.length);
    findings.must('events missing in the topic', stored.filter(({ id }) => !ids.has(id)).length, 0);
    findings.must('events in the topic without a commit', [...ids].filter((id) => !known.has(id ?? '')).length, 0);
    findings.recordCount('repeated messages', published.length - ids.size);
    findings.must('aggregates out of order', outOfOrder(published), 0);
  } finally {
    await messaging.close();
  }
}

async function readAll(messaging: Messaging): Promise<ReceivedMessage[]> {
  const all: ReceivedMessage[] = [];
  const bounds = (await messaging.topicBounds([TOPIC])).get(TOPIC) ?? new Map<number, { low: number; high: number }>();
  for (const [partition, { low, high }] of bounds) {
    for (let offset = low; offset < high;) {
      const messages = await messaging.readMessages(TOPIC, partition, offset);
      if (messages.length === 0) break;
      // Poison messages of another fault have no position.
      all.push(...messages.filter(({ headers }) => headers['ce_position'] !== undefined));
      offset = (messages.at(-1)?.offset ?? high) + 1;
    }
  }
  return all;
}

/** Returns the number of aggregates with an event whose first message came after a newer event. */
function outOfOrder(published: readonly ReceivedMessage[]): number {
  const highest = new Map<string, number>();
  const seen = new Set<string>();
  const wrong = new Set<string>();
  for (const { key, headers } of published) {
    const id = headers['ce_id'] ?? '';
    if (seen.has(id)) continue;
    seen.add(id);
    const position = Number(headers['ce_position']);
    if (position < (highest.get(key ?? '') ?? -1)) wrong.add(key ?? '');
    highest.set(key ?? '', Math.max(position, highest.get(key ?? '') ?? -1));
  }
  return wrong.size;
}
