import type { DeadLettersReplayed } from '@icmp-mon/operations/contract';
import { audited } from '@icmp-mon/platform/plugins';
import { DEAD_LETTERS } from './dead-letters';

/** How the audit describes replays of dead letters. */
export const DEAD_LETTERS_AUDIT = audited<DeadLettersReplayed>({
  aggregate: DEAD_LETTERS,
  kind: 'dead-letters',
  types: {
    DeadLettersReplayed: {
      did: ({ letters: { length } }) => `replayed ${length} ${length === 1 ? 'dead letter' : 'dead letters'}`,
    },
  },
  // Their id is the topic.
  nameEntities: (_sql, topics) => Promise.resolve(new Map(topics.map((topic) => [topic, topic]))),
});
