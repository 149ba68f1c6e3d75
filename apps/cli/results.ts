import { dropRolledUp } from '@icmp-mon/probing/server';
import type { Actions } from './actions';
import type { CliContext } from './cli-context';

const DAY_MS = 86_400_000;

export const RESULT_ACTIONS: Actions = {
  'results drop': (context, asked) => dropResults(context, asked.number('older-than') ?? Infinity),
};

/** What the worker does each hour by its setting; `daysKept` may be fewer than that. */
export async function dropResults(
  { telemetry, say }: Pick<CliContext, 'telemetry' | 'say'>,
  daysKept: number,
): Promise<void> {
  const olderThan = new Date(Date.now() - daysKept * DAY_MS);
  const { dropped, busy } = await dropRolledUp(telemetry, 'probe_series', olderThan);
  const [oldest] = await telemetry.query<{ day: string | null }>(
    `SELECT to_char(min(range_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM timescaledb_information.chunks
     WHERE hypertable_name = 'probe_series'`,
  );
  say(`Dropped ${dropped} ${dropped === 1 ? 'day' : 'days'}. Results are kept from ${oldest?.day ?? 'now'} on.`);
  if (busy) say('A query reads a day that is to go: run this again when it is over.');
  else if (oldest?.day && Date.parse(oldest.day) + DAY_MS <= olderThan.getTime()) {
    say('What is older is not rolled up yet and stays until it is: SELECT * FROM rollup_progress');
  }
}
