import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scope } from '@icmp-mon/identity/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { STRIP_CELL_MS, type TargetFiguresPage } from '@icmp-mon/probing/contract';
import { appendSeriesBody, SERIES_SAMPLES_MAX, SeriesBuilder, windowStart } from '@icmp-mon/probing/wire';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { PROBING_API_OPTIONS, type ProbingApiOptions } from '../probing-api-options';
import { TargetChecks } from '../target-checks';
import { shardsOf, windowRows } from './stored-windows';
import { stripSpan, TargetSamples } from './target-samples';
import { UsualRtts } from './usual-rtts';

/** Samples decoded before other requests run: a few milliseconds. */
const SAMPLES_PER_TURN = 100_000;
const BODIES = windowRows('target_key, check_no, window_start, body', { keys: '$1', from: '$2', shards: '$3' });

interface BodyRow {
  target_key: number;
  check_no: number;
  window_start: Date;
  body: Buffer;
}

/** Reads present figures of some targets by key, for the visible rows of a list. */
export class ReadTargetFigures extends Query<TargetFiguresPage> {
  constructor(
    readonly keys: readonly number[],
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadTargetFigures)
export class ReadTargetFiguresHandler implements IQueryHandler<ReadTargetFigures> {
  constructor(
    private readonly database: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly usual: UsualRtts,
    private readonly checks: TargetChecks,
    @Inject(PROBING_API_OPTIONS) private readonly options: Pick<ProbingApiOptions, 'shardCount'>,
  ) {}

  async execute({ keys, scope }: ReadTargetFigures): Promise<TargetFiguresPage> {
    const nowMs = Date.now();
    const visible = scope === null ? keys : [...(await this.targets.byKeys(keys, scope)).keys()];
    const usual = new Set(visible);
    const [samples, medians] = await Promise.all([
      this.readSamples(visible, nowMs),
      Promise.all(keys.map(async (key) => (usual.has(key) ? this.usual.usualRttOf(key) : null))),
    ]);
    return {
      until: new Date(stripSpan(nowMs).untilMs).toISOString(),
      cellMs: STRIP_CELL_MS,
      items: keys.map((key, at) => (samples.get(key) ?? new TargetSamples(nowMs)).figuresOf(key, medians[at])),
    };
  }

  private async readSamples(keys: readonly number[], nowMs: number): Promise<Map<number, TargetSamples>> {
    const rows = await this.database.query<BodyRow>(BODIES, [
      keys,
      new Date(windowStart(stripSpan(nowMs).fromMs)),
      shardsOf(keys, this.options.shardCount),
    ]);
    const targets = new Map<number, TargetSamples>();
    const builder = new SeriesBuilder(SERIES_SAMPLES_MAX);
    let decoded = 0;
    await this.checks.loadTargets(keys);
    for (const { target_key, check_no, window_start, body } of rows) {
      if (this.checks.ofTarget(target_key)?.isInFigures(check_no) === false) continue;
      let target = targets.get(target_key);
      if (target === undefined) targets.set(target_key, (target = new TargetSamples(nowMs)));
      builder.clear();
      appendSeriesBody(builder, body);
      target.add(window_start.getTime(), builder.buildSamples());
      decoded += builder.count;
      if (decoded < SAMPLES_PER_TURN) continue;
      decoded = 0;
      await nextTurn();
    }
    return targets;
  }
}
