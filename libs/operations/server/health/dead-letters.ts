import { waitingByTopic } from '../dead-letters/waiting-letters';
import { counted, ofRows } from '@icmp-mon/platform/health';
import type { PartReader, PartReading } from './health-reading';

/** Messages that consumers could not process and that were not replayed yet. */
export const DEAD_LETTERS_PART: PartReader = {
  id: 'dead-letters',
  title: 'Dead letters',
  runbook: 'runbooks/health.md#dead-letters',
  isVital: false,
  labels: ['topic'],
  columns: [
    { key: 'topic', title: 'Topic', unit: 'text' },
    {
      key: 'waiting',
      title: 'Waiting',
      unit: 'count',
      metric: {
        name: 'icmpmon_dead_letters_waiting',
        help: 'Dead letters of a topic that were not replayed.',
      },
    },
  ],
  async readPart({ messaging, control }): Promise<PartReading> {
    const waiting = await waitingByTopic(messaging, control);
    const rows = waiting.map(({ topic, waiting: count }) => ({
      state: count > 0 ? ('attention' as const) : ('ok' as const),
      values: { topic, waiting: count },
    }));
    const total = waiting.reduce((sum, { waiting: count }) => sum + count, 0);
    return ofRows(rows, 'No dead letters', () => [
      `${counted(total, 'message')} could not be processed and wait for replay`,
      'Fix the cause that each message shows, then replay. A message that fails again becomes a new dead letter.',
    ]);
  },
};
