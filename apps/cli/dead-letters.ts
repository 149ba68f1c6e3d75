import { userInfo } from 'node:os';
import {
  ListDeadLetters,
  ListDeadLettersHandler,
  ReplayDeadLetters,
  ReplayDeadLettersHandler,
} from '@icmp-mon/operations/server';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { type Command, InvalidArgumentError } from 'commander';
import { type CliContext, Refusal } from './cli-context';

const LISTED = 200;
const CAUSE_LENGTH = 100;

interface ReplayOptions {
  partition: number;
  offset?: number;
  yes?: boolean;
}

export function addDeadLetters(program: Command, context: CliContext): void {
  const deadLetters = program
    .command('dead-letters')
    .description('Messages that consumers set aside: lists them, or sends them back.');
  deadLetters
    .command('list')
    .argument('[topic]', 'the topic they were meant for; all unless said')
    .description(`Lists those that nobody has sent back, with their cause, at most ${LISTED}.`)
    .option('--json', 'prints JSON')
    .action((topic: string | undefined, options: { json?: boolean }) => list(context, topic, options.json === true));
  deadLetters
    .command('replay')
    .argument('<topic>', 'the topic they were meant for')
    .description(
      'Sends all of a topic back to the consumers that set them aside; what fails again comes back as a new one.',
    )
    .option('--partition <number>', 'with --offset: of the .dlq', wholeNumber, 0)
    .option('--offset <number>', 'only this one', wholeNumber)
    .option('--yes', 'does it; else it is only told')
    .action((topic: string, options: ReplayOptions) => replay(context, topic, options));
}

async function list(context: CliContext, topic: string | undefined, json: boolean): Promise<void> {
  const letters = await lister(context).execute(new ListDeadLetters({ ...(topic && { topic }), limit: LISTED }));
  if (json) return context.say(JSON.stringify(letters));
  if (letters.items.length === 0) return context.say('There are no dead letters.');
  for (const { topic: of, partition, offset, at, group, key, cause } of letters.items) {
    const why = (cause ?? 'no cause given').slice(0, CAUSE_LENGTH);
    context.say(`${of}  ${partition}/${offset}  ${at ?? '-'}  ${group ?? '-'}  key ${key ?? '-'}  ${why}`);
  }
  if (letters.next !== null) context.say(`… and more: these are the first ${LISTED}.`);
  context.say('Once the cause is mended: npm run icmpmon -- dead-letters replay <topic> --yes');
}

async function replay(context: CliContext, topic: string, { partition, offset, yes }: ReplayOptions): Promise<void> {
  if (yes !== true) {
    const { topics } = await lister(context).execute(new ListDeadLetters({ topic, limit: 1 }));
    const waiting = topics.find((each) => each.topic === topic)?.waiting ?? 0;
    const what = offset === undefined ? `${waiting} dead letters` : `the dead letter ${partition}/${offset}`;
    throw new Refusal(`This would send ${what} back to ${topic}. Add --yes to do it.`);
  }
  const { control, messaging } = context;
  const handler = new ReplayDeadLettersHandler(messaging, control, new EventStore(control));
  const metadata = { actor: `cli:${userInfo().username}`, causationId: null, correlationId: newId() };
  const one = offset === undefined ? {} : { partition, offset };
  const { replayed, left } = await handler.execute(new ReplayDeadLetters({ topic, ...one }, metadata));
  context.say(`${replayed} sent back to ${topic}, ${left} left. What fails again comes back as a new one.`);
}

const lister = ({ messaging, control }: CliContext): ListDeadLettersHandler =>
  new ListDeadLettersHandler(messaging, control);

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
}
