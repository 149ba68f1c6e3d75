import { DEAD_LETTERS_STREAM, type DeadLettersReplayed } from '@icmp-mon/operations/contract';
import type { Aggregate } from '@icmp-mon/platform/event-store';

/** Audit stream of the replays of a topic's dead letters. It has no state, because no decision depends on it. */
export const DEAD_LETTERS: Aggregate<null, DeadLettersReplayed> = {
  category: DEAD_LETTERS_STREAM,
  initial: null,
  evolve: () => null,
};

export const replayed = (topic: string, letters: DeadLettersReplayed['data']['letters']): DeadLettersReplayed[] => [
  { type: 'DeadLettersReplayed', data: { topic, letters } },
];
