import type { Actions } from './actions';
import { type Invocation, UsageError } from '@icmp-mon/platform/command-line';
import { SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { type ShardPosition, shardPositions } from '@icmp-mon/shard/engine';
import { adopt, adoptGroup, lostGroups } from './adopt';
import { type CliContext, Refusal } from './cli-context';
import { EXIT_FOUND } from './commands/index.mjs';
import { patiently } from './patiently';
import { refillTopics } from './refill-topics';

const MEANING = {
  ok: 'ok',
  before: 'LOST: the log begins after the position',
  past: 'LOST: the log ends before the position; it was recreated',
} as const;

export const SHARD_ACTIONS: Actions = {
  shards: (context, asked) => list(context, asked.flag('json')),
  'shards adopt': (context, asked) => runAdopt(context, asked),
};

export async function readPositions({
  telemetry,
  messaging,
}: Pick<CliContext, 'telemetry' | 'messaging'>): Promise<ShardPosition[]> {
  return patiently(() =>
    shardPositions(telemetry, async () => (await messaging.topicBounds([SHARD_TOPIC])).get(SHARD_TOPIC) ?? new Map()),
  );
}

async function list(context: CliContext, json: boolean): Promise<void> {
  const positions = await readPositions(context);
  if (json) context.printLine(JSON.stringify(positions));
  else {
    context.printLine('shard  checkpoint     stored  log from    log to       lag  behind    owner');
    for (const position of positions) context.printLine(line(position));
    if (positions.some(({ state }) => state !== 'ok')) {
      context.printLine('Continue from what the log contains: npm run icmpmon -- shards adopt');
    }
  }
  if (positions.some(({ state }) => state !== 'ok')) process.exitCode = EXIT_FOUND;
}

function line({ shard, checkpoint, stored, log, lag, storedAt, owner, state }: ShardPosition): string {
  const behind = storedAt === null ? '-' : `${((Date.now() - storedAt.getTime()) / 1_000).toFixed(1)} s`;
  const columns = [
    String(shard).padStart(5),
    String(checkpoint).padStart(12),
    String(stored).padStart(11),
    String(log.low).padStart(10),
    String(log.high).padStart(10),
    String(lag).padStart(10),
    behind.padStart(8),
    ` ${owner ?? 'none'}`,
  ];
  return state === 'ok' ? columns.join('') : `${columns.join('')}  ${MEANING[state]}`;
}

async function runAdopt(context: CliContext, asked: Invocation): Promise<void> {
  const shard = asked.number('shard');
  const [newLog, fresh] = [asked.flag('new-log'), asked.flag('fresh')];
  if (fresh && shard === undefined) throw new UsageError('--fresh needs the shard: --shard <number> --fresh');
  const all = await readPositions(context);
  const chosen = shard === undefined ? all : all.filter((position) => position.shard === shard);
  if (chosen.length === 0) throw new Refusal(`There is no shard ${shard}. Shards: 0 to ${all.length - 1}.`);
  const lost = chosen.filter(({ state }) => state !== 'ok' || newLog || fresh);
  const groups = shard === undefined ? await patiently(() => lostGroups(context)) : [];
  if (lost.length + groups.length === 0)
    return context.printLine('Every log contains its stored position: there is nothing to adopt.');
  if (!asked.flag('yes')) {
    for (const position of lost) context.printLine(line(position));
    for (const { group_id, topic, partition } of groups)
      context.printLine(`group ${group_id}: its position is past the end of ${topic}/${partition}`);
    context.printLine(
      'Results that were not stored before are lost. To continue from what the log contains, add --yes',
    );
    process.exitCode = EXIT_FOUND;
    return;
  }
  for (const position of lost) {
    await adopt(context, position, { newLog: newLog || position.state === 'past', fresh });
  }
  for (const group of groups) await adoptGroup(context, group);
  if (shard === undefined) await patiently(() => refillTopics(context));
}
