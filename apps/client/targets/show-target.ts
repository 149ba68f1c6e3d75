import type { TargetStatusView } from '@icmp-mon/status/contract';
import { tagsAsText, type TargetView } from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { printDocument } from '../output/print-document';
import { countText, timeText } from '../output/times';
import type { Session } from '../session';
import { statusCell } from './list-targets';

/** Returns the path of the target that the command names, and below it. */
export const targetPath = ({ asked: { args } }: Session, ...below: string[]): string =>
  pathOf('targets', args[0] ?? '', ...below);

export async function showTarget(session: Session): Promise<void> {
  const { api, asked } = session;
  await printTarget(session, await api.readDocument<TargetView>(targetPath(session), { vrf: asked.text('vrf') }));
}

export function printTarget(session: Session, target: TargetView): Promise<void> {
  const { ip, vrf, id, tier, name, tags, owner, notes, paused, parents, status, reason, since, placement } = target;
  const { maintenance = null } = target;
  return printDocument(session, target, () =>
    session.output.printFields({
      ...{ address: ip, vrf, id, name, tier, tags: tagsAsText(tags), owner, notes },
      paused: paused ? 'yes' : 'no',
      'depends on': parents.map((parent) => parent.ip).join(', '),
      status: statusCell(status),
      reason,
      since: timeText(since),
      'last success': timeText(target.lastSuccessAt),
      placement: placement?.text ?? null,
      maintenance: maintenance === null ? null : `until ${timeText(maintenance.until)}`,
      registered: timeText(target.registeredAt),
      version: target.version,
    }),
  );
}

export async function showStatus(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const found = await api.readDocument<TargetStatusView>(targetPath(session, 'status'), { vrf: asked.text('vrf') });
  await printDocument(session, found, async () => {
    const { ip, status, reason, since, votes, lastSuccessAt, asOf, agents } = found;
    await output.printFields({
      address: ip,
      status: statusCell(status),
      reason,
      since: timeText(since),
      'last success': timeText(lastSuccessAt),
      votes:
        votes &&
        `${votes.up} up, ${votes.degraded} degraded, ${votes.down} down of ${votes.selected}, ${votes.needed} needed`,
      'judged until': timeText(asOf),
    });
    if (agents.length === 0) return;
    await output.printLine('');
    await output.printTable(
      [
        { title: 'AGENT', of: ({ agentName }) => agentName },
        { title: 'CHECK', of: ({ check }) => check },
        { title: 'VERDICT', of: ({ verdict }) => statusCell(verdict) },
        { title: 'SINCE', of: (agent) => timeText(agent.since) },
        { title: 'REASON', of: (agent) => agent.detail ?? agent.reason },
      ],
      agents,
    );
  });
}

export async function countTargets(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const counts = await api.readDocument<Record<string, number | string | null>>('targets/counts', {
    filter: asked.text('filter'),
  });
  await printDocument(session, counts, () => {
    const shown = Object.entries(counts).map(([name, value]) => [
      name,
      typeof value === 'number' ? countText(value) : timeText(value),
    ]);
    return output.printFields(
      Object.fromEntries(shown.map(([name, value]) => [name === 'asOf' ? 'judged until' : name, value])),
    );
  });
}
