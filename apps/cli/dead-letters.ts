import { userInfo } from 'node:os';
import {
  ListDeadLetters,
  ListDeadLettersHandler,
  ReplayDeadLetters,
  ReplayDeadLettersHandler,
} from '@icmp-mon/operations/server';
import type { Invocation } from '@icmp-mon/platform/command-line';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import type { Actions } from './actions';
import { type CliContext, Refusal } from './cli-context';

const LISTED = 200;
const CAUSE_LENGTH = 100;

export const DEAD_LETTER_ACTIONS: Actions = {
  'dead-letters list': (context, asked) => list(context, asked.args[0], asked.flag('json')),
  'dead-letters replay': (context, asked) => replay(context, asked),
};

async function list(context: CliContext, topic: string | undefined, json: boolean): Promise<void> {
  const letters = await lister(context).execute(new ListDeadLetters({ ...(topic && { topic }), limit: LISTED }));
  if (json) return context.printLine(JSON.stringify(letters));
  if (letters.items.length === 0) return context.printLine('There are no dead letters.');
  for (const { topic: of, partition, offset, at, group, key, cause } of letters.items) {
    const why = (cause ?? 'cause unknown').slice(0, CAUSE_LENGTH);
    context.printLine(`${of}  ${partition}/${offset}  ${at ?? '-'}  ${group ?? '-'}  key ${key ?? '-'}  ${why}`);
  }
  if (letters.next !== null) context.printLine(`There are more: these are the first ${LISTED}.`);
  context.printLine('Once the cause is fixed: npm run icmpmon -- dead-letters replay <topic> --yes');
}

async function replay(context: CliContext, asked: Invocation): Promise<void> {
  const [topic] = asked.args;
  const [partition, offset] = [asked.number('partition') ?? 0, asked.number('offset')];
  if (!asked.flag('yes')) {
    const { topics } = await lister(context).execute(new ListDeadLetters({ topic, limit: 1 }));
    const waiting = topics.find((each) => each.topic === topic)?.waiting ?? 0;
    const what = offset === undefined ? `${waiting} dead letters` : `the dead letter ${partition}/${offset}`;
    throw new Refusal(`This would replay ${what} to ${topic}. Add --yes to execute it.`);
  }
  const { control, messaging } = context;
  const handler = new ReplayDeadLettersHandler(messaging, control, new EventStore(control));
  const metadata = { actor: `cli:${userInfo().username}`, causationId: null, correlationId: newId() };
  const one = offset === undefined ? {} : { partition, offset };
  const { replayed, left } = await handler.execute(new ReplayDeadLetters({ topic, ...one }, metadata));
  context.printLine(
    `Replayed ${replayed} to ${topic}, ${left} left. A message that fails again becomes a new dead letter.`,
  );
}

const lister = ({ messaging, control }: CliContext): ListDeadLettersHandler =>
  new ListDeadLettersHandler(messaging, control);
