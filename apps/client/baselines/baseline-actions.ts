import type { AgentView } from '@icmp-mon/agents/contract';
import type { CheckBaseline, PairBaselines, Recalculation } from '@icmp-mon/baselines/contract';
import { counted } from '@icmp-mon/platform/text';
import { pathOf } from '../api/api-client';
import { findListed } from '../find-listed';
import { untilEnded } from '../jobs/until-ended';
import type { Column } from '../output/output';
import { printDocument } from '../output/print-document';
import { countText, percentText, rttText, timeText } from '../output/times';
import type { Actions, Session } from '../session';

export const BASELINE_ACTIONS: Actions = {
  'baselines show': showBaselines,
  'baselines recalculate': recalculate,
};

const COLUMNS: Column<CheckBaseline>[] = [
  { title: 'CHECK', of: ({ check }) => check },
  { title: 'SOURCE', of: ({ source }) => source },
  { title: 'MEDIAN', of: ({ medianUs }) => rttText(medianUs) },
  { title: 'SPREAD', of: ({ spreadUs }) => rttText(spreadUs) },
  { title: 'LOSS BELOW', of: ({ lossFloorRatio }) => percentText(lossFloorRatio) },
  { title: 'MISSES IN A ROW', of: ({ meanRun }) => meanRun },
  { title: 'ROUNDS', of: ({ samples }) => (samples === null ? null : countText(samples)) },
  { title: 'HOURS', of: ({ calculation }) => calculation?.hoursUsed ?? null },
  { title: 'LEFT OUT', of: leftOutText },
  { title: 'CALCULATED', of: ({ calculation }) => timeText(calculation?.computedAt ?? null) },
];

function leftOutText({ calculation }: CheckBaseline): string | null {
  if (calculation === null) return null;
  const parts = Object.entries(calculation.leftOut).filter(([, hours]) => hours > 0);
  return parts.map(([reason, hours]) => `${hours} ${reason}`).join(', ');
}

async function showBaselines(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const agent = await findListed<AgentView>(session, {
    ...{ path: 'agents', noun: 'agent', command: 'agents list' },
    isNamed: ({ id, name }, text) => id === text || name === text,
  });
  const path = pathOf('baselines', agent.id, asked.args[1] ?? '');
  const pair = await api.readDocument<PairBaselines>(path, { vrf: asked.text('vrf') });
  await printDocument(session, pair, async () => {
    await output.printTable(COLUMNS, pair.checks);
    for (const { check, since, before, after } of pair.shifts)
      await output.printLine(
        `Check ${check}: from ${rttText(before.medianUs)} to ${rttText(after.medianUs)} since ${timeText(since)}.`,
      );
  });
}

async function recalculate(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const targets = asked.args;
  const request = { ...(targets.length > 0 && { targets }), ...(asked.flag('forget') && { forget: true }) };
  const { id } = await api.sendPost<Recalculation>('baselines/recalculate', request, { isRemembered: true });
  const job = await untilEnded(session, {
    read: () => api.readDocument<Recalculation>(pathOf('baseline-recalculations', id)),
    progressOf: ({ shardsDone, shards }) => `${shardsDone} of ${counted(shards, 'shard')}`,
    whereNext: `The recalculation ${id} continues on the server.`,
  });
  await printDocument(session, job, () =>
    output.printLine(`Calculated ${counted(job.pairs, 'pair')} in ${counted(job.shards, 'shard')}.`),
  );
}
