import type { HistoryPage, HistoryPoint, ProbeResult } from '@icmp-mon/probing/contract';
import type { MemberChange, TargetChange } from '@icmp-mon/targets/contract';
import type { Page } from '../api/api-client';
import type { Column } from '../output/output';
import { printList } from '../output/print-document';
import { printPages } from '../output/print-pages';
import { countText, percentText, rttText, timeText } from '../output/times';
import type { Session } from '../session';
import { targetPath } from './show-target';

export const listResults = (session: Session): Promise<void> =>
  printPages<ProbeResult, Page<ProbeResult>>(
    session,
    targetPath(session, 'results'),
    { vrf: session.asked.text('vrf') },
    {
      columns: [
        { title: 'TIME', of: ({ at }) => at.replace('T', ' ') },
        { title: 'AGENT', of: ({ agentName }) => agentName },
        { title: 'CHECK', of: ({ check, type }) => `${check} ${type}` },
        { title: 'OUTCOME', of: ({ outcome }) => outcome },
        { title: 'RTT', of: ({ rttUs }) => rttText(rttUs) },
      ],
      empty: 'There are no results yet.',
    },
  );

const POINTS: readonly Column<HistoryPoint>[] = [
  { title: 'FROM', of: ({ at }) => timeText(at) },
  { title: 'SENT', of: ({ sent }) => countText(sent) },
  { title: 'LOST', of: ({ lost }) => countText(lost) },
  { title: 'LOSS', of: ({ lossRatio }) => percentText(lossRatio) },
  { title: 'MIN', of: ({ rttMinUs }) => rttText(rttMinUs) },
  { title: 'MEDIAN', of: ({ rttP50Us }) => rttText(rttP50Us) },
  { title: 'P95', of: ({ rttP95Us }) => rttText(rttP95Us) },
  { title: 'MAX', of: ({ rttMaxUs }) => rttText(rttMaxUs) },
  { title: 'JITTER', of: ({ jitterUs }) => rttText(jitterUs) },
];

export async function showHistory(session: Session): Promise<void> {
  const { api, asked } = session;
  const [from, to, resolution, vrf] = ['from', 'to', 'resolution', 'vrf'].map((name) => asked.text(name));
  const page = await api.readDocument<HistoryPage>(targetPath(session, 'history'), { from, to, resolution, vrf });
  await printList(session, page, POINTS, 'Nothing was measured in this time.');
}

export const listChanges = (session: Session): Promise<void> =>
  printPages<TargetChange, Page<TargetChange>>(
    session,
    targetPath(session, 'versions'),
    { vrf: session.asked.text('vrf') },
    {
      columns: [
        { title: 'TIME', of: ({ at }) => timeText(at) },
        { title: 'BY', of: ({ byName, by }) => byName ?? by },
        { title: 'VERSION', of: ({ version }) => version },
        {
          title: 'CHANGE',
          of: ({ kind, changes }) => [kind, changes.map(changeText).join(', ')].filter(Boolean).join(': '),
        },
      ],
      empty: 'No changes.',
    },
  );

const changeText = ({ member, from, to, ip }: MemberChange): string => {
  if (member === 'parent') return `${to === null ? 'no longer depends on' : 'depends on'} ${ip ?? to ?? from}`;
  return `${member} ${from ?? '-'} → ${to ?? '-'}`;
};
