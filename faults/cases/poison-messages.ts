import { setTimeout as pause } from 'node:timers/promises';
import { Messaging, SHARD_TOPIC, type OutgoingMessage, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { newId } from '@icmp-mon/platform/ids';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { addTarget } from '../added-target';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';

const ROUNDS = { short: 1, full: 20 };
const MIB = 1024 * 1024;
const DEEP = 10_000;
const SET_ASIDE_WITHIN_MS = 60_000;
const READ_MAX = 1_000;
/** Number of consumer groups per topic; each of them makes its own dead letter of a poison message. */
const GROUPS: Readonly<Record<string, number>> = {
  'public.targets.v1': 2,
  'public.tiers.v1': 1,
  'public.agents.v1': 1,
  'public.target-status.v1': 1,
  'internal.agent-telemetry': 1,
  'internal.agent-policies': 1,
  'internal.command-results': 1,
  'internal.traces': 1,
};

interface Poison {
  what: string;
  message: OutgoingMessage;
}

/** Poison messages on every topic among good ones; dead letters are counted, replayed, and counted again. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const rounds = context.short ? ROUNDS.short : ROUNDS.full;
  await underLoad(context, findings, async (installation) => {
    const { access, topicPrefix } = installation.product;
    const messaging = new Messaging({
      brokers: access.kafkaBrokers,
      sasl: access.kafkaSasl,
      topicPrefix,
      clientId: 'faults',
    });
    try {
      for (const topic of Object.keys(GROUPS)) await poisonTopic(context, findings, messaging, topic, rounds);
      await poisonShardLog(findings, installation, messaging, rounds);
      await addTarget(findings, installation);
    } finally {
      await messaging.close();
    }
  });
  return findings;
}

async function poisonTopic(
  { printLine }: FaultContext,
  findings: Findings,
  messaging: Messaging,
  topic: string,
  rounds: number,
): Promise<void> {
  const mark = `poison-${newId()}`;
  const kinds = poison(topic, mark);
  const before = await lettersOf(messaging, topic, mark);
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    for (const { what, message } of kinds) {
      try {
        await messaging.sendMessages(topic, [message]);
      } catch (error) {
        refused++;
        if (round === 0)
          printLine(
            `${topic}: ${what} is rejected by Kafka: ${error instanceof Error ? error.message : String(error)}`,
          );
      }
    }
  }
  const wanted = (rounds * kinds.length - refused) * (GROUPS[topic] ?? 1);
  const letters = await until(messaging, topic, mark, wanted);
  findings.must(`${topic}: dead letters, of ${wanted}`, letters.length - before.length, wanted);
  findings.must(`${topic}: dead letters without a cause`, letters.filter(({ headers }) => !headers['cause']).length, 0);
  if (refused > 0) findings.recordCount(`${topic}: rejected by Kafka`, refused);
  const replayed = await messaging.replayDeadLetters(topic);
  const again = await until(messaging, topic, mark, wanted);
  findings.must(`${topic}: dead letters after a replay of ${replayed}`, again.length, wanted);
}

/** Returns every kind of poison message; `mark` identifies its dead letters. */
function poison(topic: string, mark: string): Poison[] {
  const sound = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_source: 'urn:icmp-mon',
    ce_time: new Date().toISOString(),
    ce_type: TYPES[topic] ?? 'icmpmon.target.registered.v1',
    mark,
  };
  const isEvent = topic in TYPES;
  const headers = (): Record<string, string> => (isEvent ? { ...sound, ce_id: newId() } : { mark });
  const text = (value: string): Buffer => Buffer.from(value);
  const deep = `{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`;
  return [
    { what: 'not JSON', message: { key: 'p', value: text('{"half":'), headers: headers() } },
    { what: 'wrong schema', message: { key: 'p', value: text('{"targetId":5}'), headers: headers() } },
    { what: 'empty', message: { key: 'p', value: Buffer.alloc(0), headers: headers() } },
    { what: '5 MB', message: { key: 'p', value: Buffer.alloc(5 * MIB, 0x61), headers: headers() } },
    { what: `nested ${DEEP} deep`, message: { key: 'p', value: text(deep), headers: headers() } },
    { what: 'null key', message: { key: null, value: text('[1]'), headers: headers() } },
    ...(isEvent
      ? [
          {
            what: 'unknown type',
            message: { key: 'p', value: text('{}'), headers: { ...headers(), ce_type: 'nonsense' } },
          },
        ]
      : [{ what: 'a NUL in a string', message: { key: 'p', value: text(reportWithNul()), headers: headers() } }]),
  ];
}

/** Returns a report that the gateway rejects; one of an older release may be in the topic. */
function reportWithNul(): string {
  const numbers = [
    ...['assignmentVersion', 'targets', 'probesPerS', 'resultsPerS', 'cpuCores', 'executorCpuCores', 'rssBytes'],
    ...['spoolBlocks', 'spoolBytes', 'spoolOldestS', 'spoolQuarantined', 'droppedResults', 'notSentPerS'],
    ...['clockOffsetMs', 'policyRefusedTargets'],
  ];
  const at = new Date().toISOString();
  const telemetry = { at, startedAt: at, agentVersion: 'a\u0000b', executors: [] };
  return JSON.stringify({
    ...{ agentId: newId(), receivedAt: at },
    telemetry: { ...Object.fromEntries(numbers.map((name) => [name, 0])), ...telemetry },
  });
}

const TYPES: Readonly<Record<string, string>> = {
  'public.targets.v1': 'icmpmon.target.registered.v1',
  'public.tiers.v1': 'icmpmon.tier.defined.v1',
  'public.agents.v1': 'icmpmon.agent.enrolled.v1',
  'public.target-status.v1': 'icmpmon.target-status.changed.v1',
};

async function until(messaging: Messaging, topic: string, mark: string, wanted: number): Promise<ReceivedMessage[]> {
  const deadlineMs = performance.now() + SET_ASIDE_WITHIN_MS;
  for (;;) {
    const letters = await lettersOf(messaging, topic, mark);
    if (letters.length >= wanted || performance.now() > deadlineMs) return letters;
    await pause(250);
  }
}

async function lettersOf(messaging: Messaging, topic: string, mark: string): Promise<ReceivedMessage[]> {
  const bounds =
    (await messaging.deadLetters.letterBounds()).get(topic) ?? new Map<number, { low: number; high: number }>();
  const letters: ReceivedMessage[] = [];
  for (const [partition, { low, high }] of bounds) {
    for (let offset = low; offset < high;) {
      const found = await messaging.deadLetters.readLetters({ topic, partition, offset }, READ_MAX);
      if (found.length === 0) break;
      letters.push(...found.filter(({ headers }) => headers['mark'] === mark));
      offset = (found.at(-1)?.offset ?? high) + 1;
    }
  }
  return letters;
}

/** The shards' log has no dead letters: unreadable records are refused, counted, and stay in the log. */
async function poisonShardLog(
  findings: Findings,
  { product }: Installation,
  messaging: Messaging,
  rounds: number,
): Promise<void> {
  const values = ['', '{"half":', `{"a":${'['.repeat(DEEP)}`, '\u0001\u00ff\u00ff', '\u0009', '\u0003\u0001{'];
  const refused = (): Promise<number> => product.readMetric('projector', 'icmpmon_shard_refused_records');
  const before = await refused();
  for (let round = 0; round < rounds; round++) {
    await messaging.sendMessages(
      SHARD_TOPIC,
      values.map((value, at) => ({ key: null, value: Buffer.from(value, 'latin1'), partition: at % 8 })),
    );
  }
  const wanted = rounds * values.length;
  for (let look = 0; look < 100 && (await refused()) - before < wanted; look++) await pause(200);
  findings.must('refused and counted records of the shard log', (await refused()) - before, wanted);
}
