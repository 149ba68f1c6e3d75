import { bytesText, countText } from '@icmp-mon/platform/ui-kit';
import type {
  BulkJobView,
  BulkState,
  ImportChange,
  ImportFormat,
  ImportLine,
  ImportOutcome,
} from '@icmp-mon/targets/contract';
import { tagsAsText } from '@icmp-mon/targets/contract';

/** Returns the format of a file by its first characters: a JSON object begins with a brace, a header of CSV does not. */
export const formatOf = (start: string): ImportFormat => (/^\s*[{[]/.test(start) ? 'ndjson' : 'csv');

const STATES: Readonly<Record<BulkState, string>> = {
  queued: 'waiting to start',
  running: 'in progress',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Returns what a job of an import is, and its state: `Dry run: completed`. */
export function importTitle(job: BulkJobView | null): string {
  if (job === null) return 'Loading the import …';
  return `${job.import?.dryRun === true ? 'Dry run' : 'Import'}: ${STATES[job.state]}`;
}

/** Returns what was sent: `5 lines of CSV, 213 B; only new targets`. */
export function importedText({ import: order, total, scope }: BulkJobView): string {
  if (order === null) return '';
  const lines = `${countText(total)} ${total === 1 ? 'line' : 'lines'}`;
  if (order.source !== undefined) return `${lines} of the source ${order.source.name}`;
  const only = order.mode === 'create' ? '; only new targets' : '';
  return `${lines} of ${order.format === 'csv' ? 'CSV' : 'NDJSON'}, ${bytesText(order.bytes)}${only}${scope ? `; limited to the scope ${scope}` : ''}`;
}

/** Returns a value of a member as text; an absent one as `none`. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(' ');
  if (typeof value === 'object') return tagsAsText(value as Record<string, string>) || 'none';
  return String(value as string | boolean);
}

export interface ShownChange {
  member: string;
  before: string;
  after: string;
}

/** Returns a change with both values as texts. */
export const shownChange = ({ member, before, after }: ImportChange): ShownChange => ({
  ...{ member, before: valueText(before), after: valueText(after) },
});

export interface OutcomeCount {
  outcome: ImportOutcome;
  count: number;
  text: string;
}

/** Returns the lines of an import that has ended, by outcome; of a dry run, in words of what would happen. */
export function outcomeCounts(job: BulkJobView): OutcomeCount[] {
  const { import: order, created, changed, unchanged, failed, total, done } = job;
  const would = order?.dryRun === true ? 'would be ' : '';
  const counts: [ImportOutcome, number, string][] = [
    ['refused', failed, 'refused'],
    ['changed', changed - created, `${would}changed`],
    ['created', created, `${would}created`],
    ['unchanged', unchanged, 'unchanged'],
    ['waiting', total - done, 'not reached'],
  ];
  return counts
    .filter(([outcome, count]) => count > 0 || outcome !== 'waiting')
    .map(([outcome, count, words]) => ({ outcome, count, text: `${countText(count)} ${words}` }));
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
/** A spreadsheet program takes such a cell for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const cell = (text: string): string => quoted(FORMULA.test(text) ? `'${text}` : text);

/** Returns refused lines as a CSV file. */
export function refusedAsCsv(lines: readonly ImportLine[]): string {
  const rows = lines.map(({ line, ip, vrf, column, reason }) =>
    [String(line), cell(ip), cell(vrf), cell(column ?? ''), cell(reason ?? '')].join(','),
  );
  return ['line,ip,vrf,column,reason', ...rows, ''].join('\r\n');
}
