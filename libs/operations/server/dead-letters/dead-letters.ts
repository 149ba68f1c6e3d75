import { DEAD_LETTERS_STREAM, type DeadLettersReplayed } from '@icmp-mon/operations/contract';
import type { Aggregate } from '@icmp-mon/platform/event-store';

/** The audit of what was done to a topic's dead letters; there is no state on which a decision would depend. */
export const DEAD_LETTERS: Aggregate<null, DeadLettersReplayed> = {
  category: DEAD_LETTERS_STREAM,
  initial: null,
  evolve: () => null,
};

export const replayed = (topic: string, letters: DeadLettersReplayed['data']['letters']): DeadLettersReplayed[] => [
  { type: 'DeadLettersReplayed', data: { topic, letters } },
];
