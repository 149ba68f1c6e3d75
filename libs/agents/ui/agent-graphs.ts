import type { AgentMetricPoint } from '@icmp-mon/agents/contract';
import { MEMORY_SCALE, scaleOf, type ValueScale } from '@icmp-mon/platform/charts';
import { bytesText, countText, rateText } from '@icmp-mon/platform/ui-kit';

/** One graph of an agent's page. A line has no point where `read` returns null. */
interface AgentGraph {
  title: string;
  lines: { name: string; read: (point: AgentMetricPoint) => number | null }[];
  text: (value: number) => string;
  scale: ValueScale;
}

export const AGENT_GRAPHS: readonly AgentGraph[] = [
  {
    title: 'Results and probes',
    lines: [
      { name: 'results/s', read: (point) => point.resultsPerS },
      { name: 'probes/s', read: (point) => point.probesPerS },
    ],
    text: rateText,
    scale: scaleOf('', 0.1),
  },
  {
    title: 'Probes without a result',
    lines: [{ name: 'probes/s', read: (point) => point.unmeasuredPerS }],
    text: (value) => `${rateText(value)} per second`,
    scale: scaleOf('', 0.1),
  },
  {
    title: 'Probe delay, longest of a minute',
    lines: [{ name: 'delay', read: (point) => point.lateMs }],
    text: (value) => `${value.toFixed(0)} ms`,
    scale: scaleOf('ms', 1),
  },
  {
    title: 'CPU, share of a core',
    lines: [
      { name: 'agent', read: (point) => point.cpuCores * 100 },
      { name: 'executors', read: (point) => point.executorCpuCores * 100 },
    ],
    text: (value) => `${value.toFixed(1)} %`,
    scale: scaleOf('%', 0.1),
  },
  {
    title: 'Memory',
    lines: [{ name: 'resident', read: (point) => point.rssBytes }],
    text: bytesText,
    scale: MEMORY_SCALE,
  },
  {
    title: 'Age of the oldest spooled block',
    lines: [{ name: 'oldest', read: (point) => point.spoolOldestS }],
    text: (value) => `${value.toFixed(0)} s`,
    scale: scaleOf('s', 1),
  },
  {
    title: 'Results dropped since the agent started',
    lines: [{ name: 'dropped', read: (point) => point.droppedResults }],
    text: countText,
    scale: scaleOf('', 1),
  },
  {
    title: 'Clock offset to the gateway',
    lines: [{ name: 'offset', read: (point) => point.clockOffsetMs }],
    text: (value) => `${value.toFixed(1)} ms`,
    scale: scaleOf('ms', 0.1),
  },
];
