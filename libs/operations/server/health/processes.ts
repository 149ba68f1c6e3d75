import { hostname } from 'node:os';
import { type HealthRow, worstOf } from '@icmp-mon/operations/contract';
import { APP_SILENT_S, FORGOTTEN_AFTER, REPORT_S } from '../processes/process-report';
import { counted, grade, ofRows, spanText, type Thresholds } from '@icmp-mon/platform/health';
import type { PartReader, PartReading } from './health-reading';

/** Without one of each of these the product does not work; agents are told apart by their own part. */
const NEEDED = ['api', 'gateway', 'projector', 'worker'];

interface ProcessRow {
  app: string;
  host: string;
  pid: number;
  version: string;
  started_at: Date;
  silent_s: number;
  ready: boolean;
  /** By part: what is missing; for a ready process, notices such as limits that acted. */
  troubles: Record<string, string>;
  /** Null for a release that does not tell it. */
  clock_ahead_s: number | null;
}

/** The processes as they report themselves to the control database. */
export const PROCESSES_PART: PartReader = {
  id: 'processes',
  title: 'Processes',
  runbook: 'runbooks/health.md#processes',
  isVital: true,
  labels: ['app', 'host', 'pid'],
  columns: [
    { key: 'app', title: 'App', unit: 'text' },
    { key: 'trouble', title: 'Says', unit: 'text' },
    {
      key: 'silentS',
      title: 'Last heard',
      unit: 'seconds',
      metric: { name: 'icmpmon_process_silent_seconds', help: 'Since when a process has not reported itself.' },
    },
    {
      key: 'clockAheadS',
      title: 'Clock ahead',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_process_clock_ahead_seconds',
        help: 'Wall clock of a process minus that of the control database.',
      },
    },
    { key: 'startedAt', title: 'Since', unit: 'instant' },
    { key: 'version', title: 'Version', unit: 'text' },
    { key: 'host', title: 'Host', unit: 'text' },
    { key: 'pid', title: 'Process', unit: 'text' },
  ],
  async read({ control, thresholds }): Promise<PartReading> {
    const stored = await control.query<ProcessRow>(
      `SELECT app, host, pid, version, started_at, ready, troubles, clock_ahead_ms / 1000 AS clock_ahead_s,
         abs(extract(epoch FROM clock_timestamp() - seen_at))::float8 AS silent_s
       FROM app_process WHERE seen_at > now() - interval '${FORGOTTEN_AFTER}' ORDER BY app, started_at DESC LIMIT 1000`,
    );
    const processes = withoutOutage(stored);
    const heard = processes.filter(isHeard);
    // A process that was replaced on its host is past; one that is simply gone is missed.
    const shown = processes.filter(
      (process) => isHeard(process) || !heard.some(({ app, host }) => app === process.app && host === process.host),
    );
    const missing = NEEDED.filter((app) => !heard.some((process) => process.app === app));
    const rows = shown.map((process) => rowOf(process, missing, thresholds));
    for (const app of missing.filter((name) => !shown.some((process) => process.app === name))) {
      rows.push({ state: 'bad', values: { app, trouble: 'does not run' } });
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
 * While the control database was away nobody could report, this process neither: as long as it was kept from it, the
 * others' silence says nothing of them.
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
  const said = process.ready ? ['ready', ...troubles] : troubles;
  let trouble = isHeard(process) ? said.join('; ') : `not heard for ${spanText(silentS)}`;
  const clockAheadS = process.clock_ahead_s;
  const clock = clockAheadS === null ? 'ok' : grade(Math.abs(clockAheadS), thresholds.clockOffS);
  if (clock !== 'ok' && clockAheadS !== null && isHeard(process)) {
    trouble = `its clock is ${spanText(Math.abs(clockAheadS))} ${clockAheadS > 0 ? 'ahead of' : 'behind'} the database's; ${trouble}`;
  }
  const state = missing.includes(app)
    ? 'bad'
    : worstOf([isHeard(process) && process.ready ? 'ok' : 'attention', clock]);
  const startedAt = process.started_at.toISOString();
  return { state, values: { app, trouble, silentS, clockAheadS, startedAt, version, host, pid: String(pid) } };
}

function complaint(missing: string[], rows: HealthRow[]): [string, string] {
  if (missing.length > 0) {
    return [`No ${missing.join(' and no ')} is heard`, 'Start it; its log says why it ended. Meanwhile agents spool.'];
  }
  const [first] = rows.filter(({ state }) => state !== 'ok');
  return [
    `${first?.values['app']} on ${first?.values['host']} says: ${first?.values['trouble']}`,
    "Each app's /readyz names what it misses; docs/operations.md tells what follows from it.",
  ];
}
