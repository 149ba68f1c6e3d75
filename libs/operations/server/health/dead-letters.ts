import { waitingByTopic } from '../dead-letters/waiting-letters';
import { counted, ofRows } from '@icmp-mon/platform/health';
import type { PartReader, PartReading } from './health-reading';

/** Messages that consumers set aside and nobody has sent back. */
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
        help: 'Messages of a topic that were set aside and not sent back.',
      },
    },
  ],
  async read({ messaging, control }): Promise<PartReading> {
    const waiting = await waitingByTopic(messaging, control);
    const rows = waiting.map(({ topic, waiting: count }) => ({
      state: count > 0 ? ('attention' as const) : ('ok' as const),
      values: { topic, waiting: count },
    }));
    const total = waiting.reduce((sum, { waiting: count }) => sum + count, 0);
    return ofRows(rows, 'None', () => [
      `${counted(total, 'message')} could not be handled and wait`,
      'Read the cause of each below. Once it is mended, replay them; what fails again comes back as a new one.',
    ]);
  },
};
