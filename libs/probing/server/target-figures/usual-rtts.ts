import { Batching, ShortCache } from '@icmp-mon/platform/batching';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { FIGURES_KEYS_MAX } from '@icmp-mon/probing/contract';
import { RttHistogram } from '@icmp-mon/probing/wire';
import { Inject, Injectable } from '@nestjs/common';
import { PROBING_API_OPTIONS, type ProbingApiOptions } from '../probing-api-options';
import { readProgress } from '../rollups/rollup-progress';
import { TargetChecks } from '../target-checks';
import { shardsOf, windowRows } from './stored-windows';

const HOUR_MS = 3_600_000;
const USUAL_OVER_MS = 24 * HOUR_MS;
/** How long a median is cached, in ms: that of a day hardly changes in this time. */
const KEPT_MS = 300_000;
const ENTRIES_MAX = 20_000;

/** SQL: hourly figures as far as they are computed, and windows for the rest. */
const HISTOGRAMS = `
  SELECT target_key, check_no, histogram FROM probe_hourly
  WHERE target_key = ANY ($1::integer[]) AND bucket >= $2::timestamptz AND bucket < $3::timestamptz
  UNION ALL
  ${windowRows('target_key, check_no, histogram', { keys: '$1', from: '$3', shards: '$4' })}`;

/** Usual round trips to a target: the median of its last 24 hours. */
@Injectable()
export class UsualRtts {
  private readonly medians = new ShortCache<number | null>({ entriesMax: ENTRIES_MAX, keptMs: () => KEPT_MS });
  private readonly reads: Batching<number, number | null>;

  constructor(
    private readonly database: TelemetryDatabase,
    private readonly checks: TargetChecks,
    @Inject(PROBING_API_OPTIONS) private readonly options: Pick<ProbingApiOptions, 'shardCount'>,
  ) {
    this.reads = new Batching({ batchMax: FIGURES_KEYS_MAX, concurrentMax: 2 }, (keys) => this.readUsualRtts(keys));
  }

  /** Returns the median in µs, within 2 %; null without a reply. */
  usualRttOf(key: number): Promise<number | null> {
    return this.medians.get(String(key), () => this.reads.askBatched(key));
  }

  private async readUsualRtts(keys: readonly number[]): Promise<(number | null)[]> {
    const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const fromMs = hourMs - USUAL_OVER_MS;
    const { probe_hourly } = await readProgress(this.database);
    const madeUntilMs = Math.max(fromMs, probe_hourly.rolledUntilMs);
    const rows = await this.database.query<{ target_key: number; check_no: number; histogram: Buffer }>(HISTOGRAMS, [
      keys,
      new Date(fromMs),
      new Date(madeUntilMs),
      shardsOf(keys, this.options.shardCount),
    ]);
    await this.checks.loadTargets(keys);
    const counted = rows.filter((row) => this.checks.ofTarget(row.target_key)?.isInFigures(row.check_no) !== false);
    const byKey = Map.groupBy(counted, ({ target_key }) => target_key);
    const histogram = new RttHistogram();
    return keys.map((key) => {
      histogram.clear();
      for (const row of byKey.get(key) ?? []) histogram.merge(row.histogram);
      return histogram.quantileUs(0.5);
    });
  }
}
