import type { Sql } from '@icmp-mon/platform/database';
import type { HealthSources } from './health-reading';
import { type DiskGrowth, growthOf } from './disk-growth';
import { roomOf } from './watched-disks';

/** Usage of one disk, database or log directory; null where the figure is not available. */
export interface DiskUsage {
  disk: string;
  usedBytes: number;
  totalBytes: number | null;
  freeBytes: number | null;
}

export interface DiskLook {
  disks: DiskUsage[];
  /** Sources that could not be read: one sentence per source. */
  failures: string[];
}

/** Reads the usage of everything that can run full: both databases, Kafka's log directories, and the configured disks. */
export async function readDisks(
  sources: Pick<HealthSources, 'control' | 'telemetry' | 'messaging' | 'disks'>,
): Promise<DiskLook> {
  const asked = [
    database(sources.control, 'control database', sources),
    database(sources.telemetry, 'telemetry database', sources),
    kafka(sources),
    ...sources.disks.flatMap((disk) => ('path' in disk ? [folder(disk.name, disk.path)] : [])),
  ];
  const answers = await Promise.allSettled(asked);
  const disks = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [causeOf(answer.reason)] : []));
  return { disks, failures };
}

/** Reads the size of a database. It does not know the size of its disk, which is taken from the configuration if set. */
async function database(sql: Sql, disk: string, { disks }: Pick<HealthSources, 'disks'>): Promise<DiskUsage[]> {
  const [row] = await sql.query<{ used: number }>('SELECT pg_database_size(current_database()) AS used');
  const usedBytes = row?.used ?? 0;
  const told = disks.find(({ name }) => name === disk);
  const totalBytes = told && 'sizeBytes' in told ? told.sizeBytes : null;
  return [{ disk, usedBytes, totalBytes, freeBytes: totalBytes === null ? null : Math.max(0, totalBytes - usedBytes) }];
}

async function kafka({ messaging }: Pick<HealthSources, 'messaging'>): Promise<DiskUsage[]> {
  const dirs = await messaging.logDirs();
  return dirs.map(({ broker, usedBytes, totalBytes, freeBytes }, index) => {
    const several = dirs.filter((dir) => dir.broker === broker).length > 1;
    return { disk: `Kafka broker ${broker}${several ? `, directory ${index}` : ''}`, usedBytes, totalBytes, freeBytes };
  });
}

async function folder(disk: string, path: string): Promise<DiskUsage[]> {
  const { totalBytes, freeBytes } = await roomOf(path);
  return [{ disk, usedBytes: totalBytes - freeBytes, totalBytes, freeBytes }];
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** Returns the growth of each disk, from its samples of the last day. */
export async function readGrowth(control: Sql): Promise<Map<string, DiskGrowth>> {
  const rows = await control.query<{ disk: string; at_s: number; used: number; first_s: number; last_s: number }>(
    `SELECT disk, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM at))::float8 AS at_s,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY used_bytes)::float8 AS used,
            extract(epoch FROM min(at))::float8 AS first_s, extract(epoch FROM max(at))::float8 AS last_s
     FROM disk_sample WHERE at > now() - interval '1 day' GROUP BY disk, date_trunc('hour', at)`,
  );
  const byDisk = new Map<string, typeof rows>();
  for (const row of rows) byDisk.set(row.disk, [...(byDisk.get(row.disk) ?? []), row]);
  return new Map(
    [...byDisk].map(([disk, hours]) => {
      const spanS = Math.max(...hours.map((hour) => hour.last_s)) - Math.min(...hours.map((hour) => hour.first_s));
      return [disk, growthOf(hours, spanS)];
    }),
  );
}

const SAMPLES_KEPT = '8 days';

/** Stores the current disk usage, and deletes samples that are too old for the growth. */
export async function sampleDisks(sources: HealthSources): Promise<void> {
  const { disks } = await readDisks(sources);
  await sources.control.execute(
    `INSERT INTO disk_sample (disk, at, used_bytes) SELECT disk, now(), used FROM unnest($1::text[], $2::bigint[]) AS d(disk, used)
     ON CONFLICT DO NOTHING`,
    [disks.map(({ disk }) => disk), disks.map(({ usedBytes }) => Math.round(usedBytes))],
  );
  await sources.control.execute(`DELETE FROM disk_sample WHERE at < now() - interval '${SAMPLES_KEPT}'`);
}
