import type { HealthState, HealthView } from '@icmp-mon/operations/contract';
import { EXIT_UNDECIDED } from './options';
import type { Colour } from './output/output';
import { printDocument } from './output/print-document';
import type { Actions } from './session';

const COLOURS: Readonly<Record<HealthState, Colour>> = {
  ok: 'green',
  attention: 'yellow',
  bad: 'red',
  unknown: 'grey',
};

export const HEALTH_ACTIONS: Actions = {
  async health(session) {
    const { api, output } = session;
    const health = await api.readDocument<HealthView>('health');
    await printDocument(session, health, async () => {
      await output.printTable(
        [
          { title: 'STATE', of: ({ state }) => ({ text: state, colour: COLOURS[state] }) },
          { title: 'PART', of: ({ title }) => title },
          { title: 'SUMMARY', of: ({ summary, advice }) => [summary, advice].filter(Boolean).join('. ') },
        ],
        health.parts,
      );
    });
    return ['bad', 'unknown'].includes(health.state) ? EXIT_UNDECIDED : 0;
  },
};
