import { hostname } from 'node:os';
import { type HealthRow, worstOf } from '@icmp-mon/operations/contract';
import { DETAIL_KIND_MAX } from '@icmp-mon/probing/contract';
import { APP_SILENT_S, FORGOTTEN_AFTER, REPORT_S } from '../processes/process-report';
import { counted, grade, ofRows, spanText, type Thresholds } from '@icmp-mon/platform/health';
import type { PartReader, PartReading } from './health-reading';

/** Apps without which the product does not work. Agents have a part of their own. */
const NEEDED = ['api', 'gateway', 'projector', 'worker'];

/** Apps that store or show results. */
const READERS = ['api', 'projector', 'worker'];
const OLDER_TEXT =
  'upgrade it: this older release cannot read why results are not believed, so until then agents do not send it';
const READY_OLDER_TEXT = `ready; ${OLDER_TEXT}`;

interface ProcessRow {
  app: string;
  host: string;
  pid: number;
  version: string;
  started_at: Date;
  silent_s: number;
  ready: boolean;
  /** Details by readiness part that is not ready; for a ready process, notices such as limits that were applied. */
  troubles: Record<string, string>;
  /** Null for a release that does not report it. */
  clock_ahead_s: number | null;
  /** Highest kind of details of results that it reads. */
  detail_kind_max: number;
}

/** The processes, as they report themselves to the control database. */
export const PROCESSES_PART: PartReader = {
  id: 'processes',
  title: 'Processes',
  runbook: 'runbooks/health.md#processes',
  isVital: true,
  labels: ['app', 'host', 'pid'],
  columns: [
    { key: 'app', title: 'App', unit: 'text' },
    { key: 'trouble', title: 'Condition', unit: 'text' },
    {
      key: 'silentS',
      title: 'Last report',
      unit: 'seconds',
      metric: { name: 'icmpmon_process_silent_seconds', help: 'Time since the last report of a process.' },
    },
    {
      key: 'clockAheadS',
      title: 'Clock offset',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_process_clock_ahead_seconds',
        help: 'Wall clock of a process minus that of the control database.',
      },
    },
    { key: 'startedAt', title: 'Started', unit: 'instant' },
    { key: 'version', title: 'Version', unit: 'text' },
    { key: 'host', title: 'Host', unit: 'text' },
    { key: 'pid', title: 'PID', unit: 'text' },
  ],
  async readPart({ control, thresholds }): Promise<PartReading> {
    const stored = await control.query<ProcessRow>(
      `SELECT app, host, pid, version, started_at, ready, troubles, clock_ahead_ms / 1000 AS clock_ahead_s, detail_kind_max,
         abs(extract(epoch FROM clock_timestamp() - seen_at))::float8 AS silent_s
       FROM app_process WHERE seen_at > now() - interval '${FORGOTTEN_AFTER}' ORDER BY app, started_at DESC LIMIT 1000`,
    );
    const processes = withoutOutage(stored);
    const heard = processes.filter(isHeard);
    // A silent process that was replaced on its host is not shown; one without a replacement is.
    const shown = processes.filter(
      (process) => isHeard(process) || !heard.some(({ app, host }) => app === process.app && host === process.host),
    );
    const missing = NEEDED.filter((app) => !heard.some((process) => process.app === app));
    const rows = shown.map((process) => rowOf(process, missing, thresholds));
    for (const app of missing.filter((name) => !shown.some((process) => process.app === name))) {
      rows.push({ state: 'bad', values: { app, trouble: 'not running' } });
    }
    const versions = [...new Set(heard.map(({ version }) => version))];
    const ok = `${counted(heard.length, 'process')} ready, version ${versions.join(' and ')}`;
    const notices = heard.flatMap(({ app, ready, troubles }) =>
      ready ? Object.values(troubles).map((said) => `; ${app}: ${said}`) : [],
    );
    return ofRows(rows, ok + notices.join(''), () => complaint(missing, rows));
  },
};

/**
 * Subtracts an outage of the control database from the silence of all processes. During the outage no process could report; the
 * silence of this process beyond its report interval is the length of the outage.
 */
function withoutOutage(processes: ProcessRow[]): ProcessRow[] {
  const own = processes.filter(({ host, pid }) => host === hostname() && pid === process.pid);
  const ownSilentS = Math.min(...own.map(({ silent_s }) => silent_s));
  const awayS = Number.isFinite(ownSilentS) ? Math.max(0, ownSilentS - REPORT_S) : 0;
  return awayS === 0 ? processes : processes.map((row) => ({ ...row, silent_s: Math.max(0, row.silent_s - awayS) }));
}

const isHeard = ({ silent_s }: ProcessRow): boolean => silent_s < APP_SILENT_S;

function rowOf(process: ProcessRow, missing: string[], thresholds: Thresholds): HealthRow {
  const { app, host, pid, version, silent_s: silentS } = process;
  const troubles = Object.entries(process.troubles).map(([part, detail]) => `${part}: ${detail}`);
  // Older releases do not report it and read kind 2.
  const isOlder = READERS.includes(app) && process.detail_kind_max < DETAIL_KIND_MAX;
  if (isOlder) troubles.unshift(OLDER_TEXT);
  const said = process.ready ? ['ready', ...troubles] : troubles;
  let trouble = isHeard(process) ? said.join('; ') : `no report for ${spanText(silentS)}`;
  const clockAheadS = process.clock_ahead_s;
  const clock = clockAheadS === null ? 'ok' : grade(Math.abs(clockAheadS), thresholds.clockOffS);
  if (clock !== 'ok' && clockAheadS !== null && isHeard(process)) {
    trouble = `clock is ${spanText(Math.abs(clockAheadS))} ${clockAheadS > 0 ? 'ahead of' : 'behind'} the database's; ${trouble}`;
  }
  const state = missing.includes(app)
    ? 'bad'
    : worstOf([isHeard(process) && process.ready && !isOlder ? 'ok' : 'attention', clock]);
  const startedAt = process.started_at.toISOString();
  return { state, values: { app, trouble, silentS, clockAheadS, startedAt, version, host, pid: String(pid) } };
}

function complaint(missing: string[], rows: HealthRow[]): [string, string] {
  if (missing.length > 0) {
    return [
      `No ${missing.join(' and no ')} is reporting`,
      'Start it; its log shows why it exited. Until then agents spool.',
    ];
  }
  const notOk = rows.filter(({ state }) => state !== 'ok');
  // In an upgrade all processes may be older for a while, which must not hide the one that has a problem.
  const first = notOk.find(({ values }) => values['trouble'] !== READY_OLDER_TEXT) ?? notOk[0];
  return [
    `${first?.values['app']} on ${first?.values['host']}: ${first?.values['trouble']}`,
    "The app's /readyz names what is not ready; docs/operations.md describes the consequences.",
  ];
}
