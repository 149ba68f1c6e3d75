import { dropRolledUp } from '@icmp-mon/probing/server';
import type { Actions } from './actions';
import type { CliContext } from './cli-context';

const DAY_MS = 86_400_000;

export const RESULT_ACTIONS: Actions = {
  'results drop': (context, asked) => dropResults(context, asked.number('older-than') ?? Infinity),
};

/** Runs the worker's hourly retention once, with `daysKept` instead of the setting. */
export async function dropResults(
  { telemetry, printLine }: Pick<CliContext, 'telemetry' | 'printLine'>,
  daysKept: number,
): Promise<void> {
  const olderThan = new Date(Date.now() - daysKept * DAY_MS);
  const { dropped, busy } = await dropRolledUp(telemetry, 'probe_series', olderThan);
  const [oldest] = await telemetry.query<{ day: string | null }>(
    `SELECT to_char(min(range_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM timescaledb_information.chunks
     WHERE hypertable_name = 'probe_series'`,
  );
  printLine(`Dropped ${dropped} ${dropped === 1 ? 'day' : 'days'}. Results are kept from ${oldest?.day ?? 'now'} on.`);
  if (busy)
    printLine('A query is reading a day that should be dropped: run this command again when the query has ended.');
  else if (oldest?.day && Date.parse(oldest.day) + DAY_MS <= olderThan.getTime()) {
    printLine('Older days are not rolled up yet and are kept until they are: SELECT * FROM rollup_progress');
  }
}
