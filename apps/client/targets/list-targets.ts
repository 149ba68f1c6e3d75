import type { Status } from '@icmp-mon/status/contract';
import { tagsAsText, type TargetPage, type TargetView } from '@icmp-mon/targets/contract';
import type { Cell, Colour, Column } from '../output/output';
import { timeText } from '../output/times';
import type { Session } from '../session';
import { printPages } from '../output/print-pages';

const COLOURS: Readonly<Record<Status, Colour>> = { up: 'green', degraded: 'yellow', down: 'red', unknown: 'grey' };

export const statusCell = (status: Status): Cell => ({ text: status, colour: COLOURS[status] });

const COLUMNS: readonly Column<TargetView>[] = [
  { title: 'STATUS', of: ({ status, paused }) => (paused ? { text: 'paused', colour: 'grey' } : statusCell(status)) },
  { title: 'SINCE', of: ({ since }) => timeText(since) },
  { title: 'ADDRESS', of: ({ ip }) => ip },
  { title: 'VRF', of: ({ vrf }) => vrf },
  { title: 'TIER', of: ({ tier }) => tier },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'TAGS', of: ({ tags }) => tagsAsText(tags) },
];

export function listTargets(session: Session): Promise<void> {
  const { asked } = session;
  const query = {
    filter: asked.text('filter'),
    q: asked.text('search'),
    status: asked.text('status'),
    tier: asked.text('tier'),
    vrf: asked.text('vrf'),
    sort: asked.text('sort'),
    order: asked.text('order'),
  };
  return printPages<TargetView, TargetPage>(session, 'targets', query, {
    columns: COLUMNS,
    empty: 'No target matches.',
    total: ({ total }) => total,
  });
}
