import { type HealthRow, type HealthState, worstOf } from '@icmp-mon/operations/contract';
import { relayStatus } from '@icmp-mon/platform/event-store';
import { isHeld } from '@icmp-mon/platform/leases';
import { SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { grade, ofRows, spanText } from '@icmp-mon/platform/health';
import type { Look, PartReader, PartReading } from './health-reading';

/** Ticks are written every second; this allows for clock skew and delays, ms. */
const TICK_MS_MAX = 15_000;

interface Publisher {
  name: string;
  /** Null for a publisher without a lease. */
  active: boolean | null;
  behind: number | null;
  oldestS: number | null;
  state: HealthState;
}

/** The publishers from the databases to Kafka, each active in one process at a time: ticks, relay, shard feed, changes of statuses, checks and pairs. */
export const PUBLISHERS_PART: PartReader = {
  id: 'publishers',
  title: 'Publishers',
  runbook: 'runbooks/health.md#publishers',
  isVital: true,
  labels: ['publisher'],
  columns: [
    { key: 'publisher', title: 'Publisher', unit: 'text' },
    { key: 'active', title: 'Active', unit: 'text' },
    {
      key: 'behind',
      title: 'Waiting',
      unit: 'count',
      metric: { name: 'icmpmon_publisher_waiting', help: 'Events, facts or status changes that wait to be published.' },
    },
    {
      key: 'oldestS',
      title: 'Oldest',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_publisher_oldest_seconds',
        help: 'Age of the oldest item that waits to be published; 0 when none waits.',
      },
    },
  ],
  async readPart(look): Promise<PartReading> {
    const publishers = await Promise.all([
      ticks(look),
      relay(look),
      feed(look),
      statusChanges(look),
      checkChanges(look),
      pairChanges(look),
    ]);
    const rows = publishers.map(rowOf);
    return ofRows(rows, 'Ticks, events, assignments and status changes are published without delay', (state) =>
      complaint(publishers, state),
    );
  },
};

function rowOf({ name, active, behind, oldestS, state }: Publisher): HealthRow {
  const activeText = active === null ? null : active ? 'yes' : 'no';
  return { state, values: { publisher: name, active: activeText, behind, oldestS: oldestS ?? 0 } };
}

function complaint(publishers: Publisher[], state: HealthState): [string, string] {
  const [worst] = publishers.filter((publisher) => publisher.state === state);
  const waits = worst?.oldestS ? `: ${worst.behind} waiting, the oldest for ${spanText(worst.oldestS)}` : '';
  if (worst?.name === 'ticks' && worst.active) {
    return [
      'A worker holds the tick lease, but no ticks reach the log',
      'Check that Kafka accepts messages (see Services).',
    ];
  }
  if (worst?.active === false) {
    return [`No active publisher: ${worst.name}${waits}`, 'Check that a worker runs; see its /readyz and log.'];
  }
  return [
    `Publishing of ${worst?.name} is delayed${waits}`,
    'Check that Kafka accepts messages (see Services), and the log of the worker (of the projector for status changes).',
  ];
}

async function ticks(look: Look): Promise<Publisher> {
  const [active, written] = await Promise.all([
    isHeld(look.telemetry, 'ticks'),
    look.messaging.hasMessageSince(SHARD_TOPIC, look.nowMs - TICK_MS_MAX).catch(() => null),
  ]);
  // Without a response of Kafka the state of the log is unknown; a held lease alone does not prove that ticks are written.
  const flows: HealthState = written === null ? 'unknown' : [...written.values()].some(Boolean) ? 'ok' : 'bad';
  return { name: 'ticks', active, behind: null, oldestS: null, state: worstOf([flows, active ? 'ok' : 'bad']) };
}

async function relay({ control, thresholds }: Look): Promise<Publisher> {
  const { behind, oldestS, active } = await relayStatus(control);
  const state = worstOf([grade(oldestS, thresholds.publishS), active ? 'ok' : 'attention']);
  return { name: 'event relay', active, behind, oldestS, state };
}

async function feed({ control, thresholds }: Look): Promise<Publisher> {
  const active = await isHeld(control, 'shard-feed-publisher');
  const [row] = await control.query<{ behind: number; oldest_s: number | null }>(
    `SELECT coalesce((SELECT max(position) FROM shard_feed), 0) - s.published AS behind,
       extract(epoch FROM now() - (SELECT f.created_at FROM shard_feed f WHERE f.position > s.published
                                   ORDER BY f.position LIMIT 1))::float8 AS oldest_s
     FROM shard_feed_state s`,
  );
  const oldestS = row?.oldest_s ?? null;
  const state = worstOf([grade(oldestS, thresholds.publishS), active ? 'ok' : 'attention']);
  return { name: 'shard feed', active, behind: Math.max(0, row?.behind ?? 0), oldestS, state };
}

/** Published by the shard owners, without a separate lease. */
const statusChanges = (look: Look): Promise<Publisher> =>
  shardChanges(look, 'status changes', 'status_change', 'status_publication');

/** Changes of checks that expect `unreachable`: published like those of statuses. */
const checkChanges = (look: Look): Promise<Publisher> =>
  shardChanges(look, 'check changes', 'check_change', 'check_publication');

/** Records of the changes of agents' verdicts. */
const pairChanges = (look: Look): Promise<Publisher> =>
  shardChanges(look, 'pair changes', 'pair_change', 'pair_publication');

async function shardChanges(
  { telemetry, thresholds }: Look,
  name: string,
  changes: 'status_change' | 'check_change' | 'pair_change',
  publication: 'status_publication' | 'check_publication' | 'pair_publication',
): Promise<Publisher> {
  const [row] = await telemetry.query<{ behind: number; oldest_s: number | null }>(
    `SELECT coalesce(sum(head.seq - reached.seq), 0)::float8 AS behind,
       extract(epoch FROM now() - min((SELECT c.at FROM ${changes} c WHERE c.shard = s.shard AND c.change_seq > reached.seq
                                       ORDER BY c.change_seq LIMIT 1)))::float8 AS oldest_s
     FROM shard s
     CROSS JOIN LATERAL (SELECT coalesce((SELECT published_seq FROM ${publication} p WHERE p.shard = s.shard), 0) AS seq) reached
     CROSS JOIN LATERAL (SELECT coalesce((SELECT max(change_seq) FROM ${changes} c WHERE c.shard = s.shard), 0) AS seq) head
     WHERE head.seq > reached.seq`,
  );
  const oldestS = row?.oldest_s ?? null;
  const state = grade(oldestS, thresholds.publishS);
  return { name, active: null, behind: row?.behind ?? 0, oldestS, state };
}
