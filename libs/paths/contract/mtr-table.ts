import { flowsOf, responderOf, SILENT } from './flows';
import type { Trace } from './trace';

const HOST_WIDTH_MIN = 26;
/** Width of `  1.|-- `. */
const HOST_INDENT = 8;
const US_PER_MS = 1_000;
const COLUMNS = ['Loss%', 'Snt', 'Last', 'Avg', 'Best', 'Wrst', 'StDev'];
const WIDTHS = [6, 5, 7, 7, 7, 7, 7];

/**
 * Returns a trace as the table that `mtr --report-wide` prints, with every address of a hop: text to copy into a ticket. An address that has a
 * name is printed as `name (address)`, as by `mtr --show-ips`.
 */
export function mtrTable(trace: Trace, agentName: string, names: Readonly<Record<string, string>> = {}): string {
  const hopCount = Math.max(0, ...flowsOf(trace).map(({ hops }) => hops.length));
  const rows = Array.from({ length: hopCount }, (_, hop) => hopRow(trace, hop, names));
  const title = `HOST: ${agentName}`;
  const width = Math.max(
    HOST_WIDTH_MIN,
    title.length,
    ...rows.flatMap(({ hosts }) => hosts.map((host) => host.length + HOST_INDENT + 1)),
  );
  const lines = [`Start: ${new Date(trace.startedAtMs).toISOString()}`, title.padEnd(width) + cells(COLUMNS)];
  for (const [hop, { hosts, figures }] of rows.entries()) {
    const [first = '???', ...others] = hosts;
    lines.push(`${String(hop + 1).padStart(3)}.|-- ${first}`.padEnd(width) + cells(figures));
    for (const host of others) lines.push(' '.repeat(HOST_INDENT) + host);
  }
  return lines.join('\n');
}

const cells = (texts: readonly string[]): string => texts.map((text, at) => text.padStart(WIDTHS[at] ?? 0)).join(' ');

function hopRow(
  { addresses, rounds }: Trace,
  hop: number,
  names: Readonly<Record<string, string>>,
): { hosts: string[]; figures: string[] } {
  const probes = rounds
    .map((round) => round[hop])
    .filter((probe) => probe !== undefined && probe !== null && probe !== 'waiting');
  const answered = probes.filter((probe) => responderOf(probe) !== SILENT);
  const responders = new Set(answered.map((probe) => addresses[responderOf(probe)]));
  const hosts = [...responders].map((address) =>
    Object.hasOwn(names, address) ? `${names[address]} (${address})` : address,
  );
  const rttsMs = answered.map((probe) => Number(probe[1]) / US_PER_MS);
  const lossPercent = probes.length === 0 ? 0 : (100 * (probes.length - answered.length)) / probes.length;
  const times = [rttsMs.at(-1) ?? 0, mean(rttsMs), Math.min(...rttsMs), Math.max(...rttsMs), deviation(rttsMs)];
  const shown = times.map((ms) => (rttsMs.length === 0 ? 0 : ms).toFixed(1));
  return { hosts, figures: [`${lossPercent.toFixed(1)}%`, String(probes.length), ...shown] };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Sample standard deviation, as mtr prints it; 0 for fewer than two values. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const average = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
}
