import { type Command, InvalidArgumentError } from 'commander';
import { SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { type ShardPosition, shardPositions } from '@icmp-mon/shard/engine';
import { adopt, adoptGroup, lostGroups, publishedNumbers } from './adopt';
import { type CliContext, Refusal } from './cli-context';
import { patiently } from './patiently';
import { refillTopics } from './refill-topics';

const MEANING = {
  ok: 'ok',
  before: 'LOST: the log begins later',
  past: 'LOST: the log ends earlier, it was made anew',
} as const;

/** Something is to be resolved, and nobody said that it shall be. */
const EXIT_LOST = 2;

interface AdoptOptions {
  shard?: number;
  newLog?: boolean;
  fresh?: boolean;
  yes?: boolean;
}

export function addShards(program: Command, context: CliContext): void {
  const shards = program
    .command('shards')
    .description('Lists the shards with owner, position, bounds of the log and lag.')
    .option('--json', 'prints JSON')
    .addHelpText('after', '\nEnds with 2 when a position is outside of its log.')
    .action((options: { json?: boolean }) => list(context, options.json === true));
  shards
    .command('adopt')
    .description(
      'Goes on from what the logs hold now, where a stored position is outside of them: a topic that was made anew, a log that was cut, an old backup.',
    )
    .option('--shard <number>', 'only this shard, and no consumer groups', wholeNumber)
    .option('--new-log', 'the log is another one even though the position lies within it')
    .option('--fresh', 'with --shard: does without its checkpoint, one that cannot be read')
    .option('--yes', 'does it; else it is only told')
    .action((options: AdoptOptions) => runAdopt(context, options));
}

export async function readPositions({
  telemetry,
  messaging,
}: Pick<CliContext, 'telemetry' | 'messaging'>): Promise<ShardPosition[]> {
  return patiently(() =>
    shardPositions(telemetry, async () => (await messaging.bounds([SHARD_TOPIC])).get(SHARD_TOPIC) ?? new Map()),
  );
}

async function list(context: CliContext, json: boolean): Promise<void> {
  const positions = await readPositions(context);
  if (json) context.say(JSON.stringify(positions));
  else {
    context.say('shard  checkpoint     stored  log from    log to       lag  behind    owner');
    for (const position of positions) context.say(line(position));
    if (positions.some(({ state }) => state !== 'ok')) {
      context.say('Go on from what the logs hold: npm run icmpmon -- shards adopt');
    }
  }
  if (positions.some(({ state }) => state !== 'ok')) process.exitCode = EXIT_LOST;
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
    ` ${owner ?? 'nobody'}`,
  ];
  return state === 'ok' ? columns.join('') : `${columns.join('')}  ${MEANING[state]}`;
}

async function runAdopt(context: CliContext, options: AdoptOptions): Promise<void> {
  if (options.fresh && options.shard === undefined) throw new Refusal('Say of which shard: --shard <number> --fresh');
  const all = await readPositions(context);
  const asked = options.shard === undefined ? all : all.filter(({ shard }) => shard === options.shard);
  if (asked.length === 0) throw new Refusal(`There is no shard ${options.shard}: they are 0 to ${all.length - 1}.`);
  const lost = asked.filter(({ state }) => state !== 'ok' || options.newLog || options.fresh);
  const groups = options.shard === undefined ? await patiently(() => lostGroups(context)) : [];
  if (lost.length + groups.length === 0)
    return context.say('Every position is within its log: there is nothing to adopt.');
  if (!options.yes) {
    for (const position of lost) context.say(line(position));
    for (const { group_id, topic, partition } of groups)
      context.say(`group ${group_id} stands past the end of ${topic}/${partition}`);
    context.say('Results that were not stored before stay unknown. To go on from what the logs hold, add --yes');
    process.exitCode = EXIT_LOST;
    return;
  }
  const published = lost.length > 0 ? await patiently(() => publishedNumbers(context)) : new Map<number, number>();
  for (const position of lost) {
    const changeSeq = published.get(position.shard) ?? 0;
    const newLog = options.newLog === true || position.state === 'past';
    await adopt(context, position, { newLog, fresh: options.fresh === true, changeSeq });
  }
  for (const group of groups) await adoptGroup(context, group);
  if (options.shard === undefined) await patiently(() => refillTopics(context));
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}
