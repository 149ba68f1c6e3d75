import {
  mtrTable,
  type PathChange,
  type PathView,
  type PathViewNode,
  type StoredTrace,
  type StoredTraceSummary,
} from '@icmp-mon/paths/contract';
import { type Page, pathOf } from '../api/api-client';
import type { Cell, Column } from '../output/output';
import { printDocument } from '../output/print-document';
import { printPages } from '../output/print-pages';
import { printable } from '../output/printable';
import { rttText, timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { targetPath } from '../targets/show-target';

export const PATH_ACTIONS: Actions = {
  path: showPath,
  'traces list': listTraces,
  'traces show': showTrace,
  'traces changes': listChanges,
};

const PLACES = 1;
/** Names of agents in one line. */
const NAMES_SHOWN = 10;

const lossText = (percent: number | null): string | null => (percent === null ? null : `${percent.toFixed(PLACES)} %`);

async function showPath(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const [at, vrf] = [asked.text('at'), asked.text('vrf')];
  const path = await api.readDocument<PathView>(targetPath(session, 'path'), { at, vrf });
  await printDocument(session, path, async () => {
    if (path.agents.length === 0)
      return output.note(`No agent has a trace between ${timeText(path.from)} and ${timeText(path.at)}.`);
    await output.printTable(nodeColumns(path), rowsOf(path));
    await output.printLine('');
    for (const line of breakLines(path)) await output.printLine(printable(line));
  });
}

/** Returns the nodes from the agents to the target. */
const rowsOf = ({ nodes }: PathView): PathViewNode[] =>
  nodes.filter(({ kind }) => kind !== 'agent').sort((a, b) => (b.column ?? 0) - (a.column ?? 0));

function nodeColumns({ breaks }: PathView): Column<PathViewNode>[] {
  const broken = new Set(breaks.breaks.map(({ node }) => node));
  const addressOf = ({ id, kind, address, gapHops }: PathViewNode): Cell => {
    const shown = kind === 'gap' ? gapText(gapHops) : address;
    return broken.has(id) ? { text: shown, colour: 'red' } : shown;
  };
  return [
    { title: 'HOPS', of: ({ column }) => column },
    { title: 'ADDRESS', of: addressOf },
    { title: 'NAME', of: ({ name }) => name },
    { title: 'AS', of: ({ asNumber }) => (asNumber === null ? null : `${asNumber.asn} ${asNumber.name}`.trim()) },
    { title: 'AGENTS', of: ({ agents }) => agents.length },
    { title: 'OWN LOSS', of: ({ ownPercent }) => lossText(ownPercent) },
    { title: 'PATH LOSS', of: ({ pathPercent }) => lossText(pathPercent) },
    { title: 'RTT', of: ({ rttUs }) => rttText(rttUs) },
  ];
}

const gapText = (hops: number): string => (hops === 0 ? '(silent)' : `(${hops} silent)`);

/** Returns where the path breaks, in sentences. */
function breakLines({ agents, agentsOmitted, nodes, breaks }: PathView): string[] {
  const nameOf = new Map(agents.map(({ agentId, name }) => [agentId, name]));
  const listOf = (ids: readonly string[]): string => {
    const shown = ids.slice(0, NAMES_SHOWN).map((id) => nameOf.get(id) ?? id);
    return ids.length > shown.length ? `${shown.join(', ')} and ${ids.length - shown.length} more` : shown.join(', ');
  };
  const labelOf = (id: string): string => {
    const node = nodes.find((each) => each.id === id);
    return node?.name ? `${node.name} (${node.address})` : node?.address || id;
  };
  const lines = breaks.breaks.map(({ node, agents: of, against }) => {
    const contrary = against.length === 0 ? '' : `; it passes the packets of ${listOf(against)}`;
    return `Breaks at ${labelOf(node)} for ${listOf(of)}${contrary}.`;
  });
  if (breaks.unexplained.length > 0) lines.push(`Loss that no common hop explains: ${listOf(breaks.unexplained)}.`);
  if (breaks.withoutEvidence.length > 0) lines.push(`Nothing answered to ${listOf(breaks.withoutEvidence)}.`);
  if (lines.length === 0) lines.push('No path loses packets.');
  if (agentsOmitted > 0) lines.push(`${agentsOmitted} more agents have traces; they are left out.`);
  return lines;
}

function listTraces(session: Session): Promise<void> {
  const { asked } = session;
  const [vrf, agent, from, to] = ['vrf', 'agent', 'from', 'to'].map((name) => asked.text(name));
  return printPages<StoredTraceSummary, Page<StoredTraceSummary>>(
    session,
    targetPath(session, 'traces'),
    { vrf, agent, from, to },
    {
      columns: [
        { title: 'STARTED', of: ({ startedAt }) => timeText(startedAt) },
        { title: 'AGENT', of: ({ agentName, agentId }) => agentName ?? agentId },
        { title: 'CAUSE', of: ({ cause }) => cause },
        { title: 'TARGET', of: ({ reached }) => (reached ? 'answers' : { text: 'silent', colour: 'red' }) },
        { title: 'HOPS', of: ({ hops }) => hops },
        { title: 'LOSS FROM HOP', of: ({ onset }) => onset?.hop ?? null },
        { title: 'ID', of: ({ id }) => id },
      ],
      empty: 'This target has no traces.',
    },
  );
}

async function showTrace(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const stored = await api.readDocument<StoredTrace>(pathOf('traces', asked.args[0] ?? ''));
  await printDocument(session, stored, async () => {
    const { trace, agentId, agentName, names, detail } = stored;
    for (const line of mtrTable(trace, agentName ?? agentId, names).split('\n'))
      await output.printLine(printable(line));
    if (detail !== null) output.note(detail);
  });
}

function listChanges(session: Session): Promise<void> {
  const { asked } = session;
  const [vrf, from, to] = ['vrf', 'from', 'to'].map((name) => asked.text(name));
  return printPages<PathChange, Page<PathChange>>(
    session,
    targetPath(session, 'path-changes'),
    { vrf, from, to },
    {
      columns: [
        { title: 'TIME', of: ({ at }) => timeText(at) },
        { title: 'AGENT', of: ({ agentName, agentId }) => agentName ?? agentId },
        { title: 'LEFT', of: ({ left }) => left.join(', ') },
        { title: 'JOINED', of: ({ joined }) => joined.join(', ') },
        { title: 'TRACE', of: ({ traceId }) => traceId },
      ],
      empty: 'No path to this target changed.',
    },
  );
}
