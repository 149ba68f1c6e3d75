import type { DetailCode } from '@icmp-mon/probing/contract';
import {
  decodeSeriesBody,
  encodeSeriesBody,
  RttHistogram,
  SeriesBuilder,
  type SeriesSamples,
} from '@icmp-mon/probing/wire';
import { summarizeSamples } from './window-summary';
import type { Sql } from '@icmp-mon/platform/database';

/** For specs only: one sample. */
export interface Sample {
  agentNo: number;
  offsetMs: number;
  outcome: number;
  rttUs: number;
  detail?: DetailCode;
}

/** A row as the projector writes it: into `probe_recent` if it has a position, otherwise into `probe_series`. */
export interface StoredWindow {
  targetKey: number;
  check?: number;
  shard?: number;
  startMs: number;
  samples: readonly Sample[];
  position?: number;
}

export function samplesOf(samples: readonly Sample[]): SeriesSamples {
  const builder = new SeriesBuilder(samples.length, samples.length);
  for (const { agentNo, offsetMs, outcome, rttUs, detail } of samples)
    builder.addSample(agentNo, offsetMs, outcome, rttUs, detail);
  return builder.buildSamples();
}

export async function storeWindow(sql: Sql, window: StoredWindow): Promise<void> {
  const body = encodeSeriesBody(samplesOf(window.samples));
  const histogram = new RttHistogram();
  const counters = summarizeSamples(decodeSeriesBody(body), histogram);
  const values: unknown[] = [
    window.targetKey,
    window.check ?? 1,
    window.shard ?? 0,
    new Date(window.startMs),
    counters.sent,
    counters.replied,
    counters.lost,
    counters.notSent,
    counters.rttMinUs,
    counters.rttMaxUs,
    counters.rttSumUs,
    counters.jitterSumUs,
    counters.jitterCount,
    Buffer.from(histogram.encodeBins()),
    Buffer.from(body),
  ];
  const places = values.map((_, at) => `$${at + 1}`).join(', ');
  if (window.position === undefined) await sql.execute(`INSERT INTO probe_series VALUES (${places})`, values);
  else await sql.execute(`INSERT INTO probe_recent VALUES (${places}, $16)`, [...values, window.position]);
}

export async function storeWatermark(sql: Sql, shard: number, watermarkMs: number): Promise<void> {
  await sql.execute('INSERT INTO series_cut VALUES ($1, $2) ON CONFLICT (shard) DO UPDATE SET cut = excluded.cut', [
    shard,
    new Date(watermarkMs),
  ]);
}

/** Stores numbers 1 to `count`, for agents named agent-1 and so on; returns their ids. */
export async function storeAgents(sql: Sql, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) {
    const id = `0199d3a0-0000-7000-8000-${String(number).padStart(12, '0')}`;
    await sql.execute('INSERT INTO agent_no (agent_id, name) VALUES ($1, $2)', [id, `agent-${number}`]);
    ids.push(id);
  }
  return ids;
}
