import type { StatusCorrection, StatusHistoryView, StatusInterval } from '@icmp-mon/status/contract';
import { printList } from '../output/print-document';
import { timeText } from '../output/times';
import type { Session } from '../session';
import { targetPath } from './show-target';

/** Most corrections that a row names. */
const CORRECTIONS_MAX = 3;

export async function listStatuses(session: Session): Promise<void> {
  const { api, asked } = session;
  const [from, to, view, vrf] = ['from', 'to', 'view', 'vrf'].map((name) => asked.text(name));
  const page = await api.readDocument<StatusHistoryView>(targetPath(session, 'status', 'history'), {
    from,
    to,
    view,
    vrf,
  });
  const columns = [
    { title: 'FROM', of: (each: StatusInterval) => timeText(each.from) },
    { title: 'TO', of: (each: StatusInterval) => (each.to === null ? '' : timeText(each.to)) },
    { title: 'STATUS', of: ({ status }: StatusInterval) => status },
    { title: 'REASON', of: ({ reason }: StatusInterval) => reason },
    { title: 'CORRECTIONS', of: (each: StatusInterval) => correctionsText(each, page.corrections) },
  ];
  await printList(session, page, columns, 'The target had no status in this time.');
}

/** Returns the corrections of an interval, latest revision first: `up until 12:00 (revision 2)`. */
export function correctionsText(interval: StatusInterval, corrections: readonly StatusCorrection[]): string {
  const inside = corrections
    .filter(({ from, to }) => (interval.to === null || from < interval.to) && to > interval.from)
    .reverse();
  const named = inside
    .slice(0, CORRECTIONS_MAX)
    .map(({ from, to, status, revision }) => `${status} ${timeText(from)} to ${timeText(to)} (revision ${revision})`);
  return [...named, ...(inside.length > named.length ? [`${inside.length - named.length} more`] : [])].join('; ');
}
