import {
  type HealthPart,
  HEALTH_STATES,
  type HealthState,
  type HealthView,
  worstOf,
} from '@icmp-mon/operations/contract';
import { ShortCache } from '@icmp-mon/platform/batching';
import { bounded } from '@icmp-mon/platform/concurrency';
import { HealthParts, KafkaLook, partsInOrder, WaitingSince } from '@icmp-mon/platform/health';
import { createLogger } from '@icmp-mon/platform/ops';
import type { HealthSources, Look, PartReader, PartReading } from './health-reading';
import { isRunning } from '../processes/process-report';

/** For how long a reading is cached, ms, counted from its end: a slow reading is not repeated immediately. */
const KEPT_MS = 2_000;
/** Timeout of one part, ms; the page must not wait longer. */
const PART_MS_MAX = 4_500;
const ROWS_MAX = 64;
const logger = createLogger('health');

/** A part with all its rows, for metrics; the view shows at most 64. */
export interface ReadPart {
  part: PartReader;
  state: HealthState;
  rows: PartReading['rows'];
}

export interface HealthLook {
  view: HealthView;
  parts: ReadPart[];
}

interface Kept {
  reading: PartReading;
  readAt: string;
}

/**
 * Reads all health parts concurrently and caches the result for 2 s.
 *
 * - Isolated: a part that fails or exceeds its timeout becomes `unknown`; the other parts are still returned.
 * - Never hidden: an `unknown` part contains since when it is unknown, its cause, and the rows of its last successful read.
 * - Metrics see only current figures: a part that could not be read returns no rows to them.
 * - Ordered: worst part first; equally bad parts keep the order of `parts`.
 */
export class HealthReader {
  private readonly looks = new ShortCache<HealthLook>({ entriesMax: 1, keptMs: () => KEPT_MS, keepsFailures: true });
  private readonly kept = new Map<string, Kept>();
  private readonly unknownSince = new Map<string, string>();
  private readonly waiting: WaitingSince;

  constructor(
    private readonly sources: HealthSources,
    private readonly own: readonly PartReader[],
    private readonly plugged = new HealthParts(),
  ) {
    this.waiting = new WaitingSince(sources.messaging);
  }

  /** In display order while all are ok. */
  get parts(): PartReader[] {
    return partsInOrder<PartReader>(this.own, this.plugged.plugged);
  }

  async readHealth(): Promise<HealthView> {
    return (await this.readParts()).view;
  }

  readParts(): Promise<HealthLook> {
    return this.looks.get('look', () => this.lookNow());
  }

  private async lookNow(): Promise<HealthLook> {
    const nowMs = Date.now();
    const { sources, waiting } = this;
    const look: Look = {
      ...sources,
      ...{ kafka: new KafkaLook(sources.messaging), waiting, nowMs },
      isRunning: (app) => isRunning(sources.control, app),
    };
    const read = await Promise.all(this.parts.map((part) => this.readPart(part, look)));
    const parts = read.map(({ view }) => view).sort(worstFirst);
    const state = worstOf(parts.map((part) => part.state));
    const view = { at: new Date(nowMs).toISOString(), state, headline: headlineOf(parts), parts };
    return { view, parts: read.map(({ part, view: { state: of }, rows }) => ({ part, state: of, rows })) };
  }

  private async readPart(
    part: PartReader,
    look: Look,
  ): Promise<{ part: PartReader; view: HealthPart; rows: PartReading['rows'] }> {
    const readAt = new Date(look.nowMs).toISOString();
    try {
      const reading = await bounded(
        part.readPart(look),
        PART_MS_MAX,
        () => new Error(`no answer within ${PART_MS_MAX} ms`),
      );
      this.kept.set(part.id, { reading, readAt });
      if (reading.state === 'unknown') this.recordState(part.id, readAt);
      else this.unknownSince.delete(part.id);
      return { part, view: this.viewOf(part, reading, readAt), rows: reading.rows };
    } catch (error) {
      if (!this.unknownSince.has(part.id)) logger.warn({ err: error, part: part.id }, 'a health part cannot be read');
      this.recordState(part.id, readAt);
      const kept = this.kept.get(part.id);
      const cause = error instanceof Error ? error.message : String(error);
      const reading: PartReading = {
        state: 'unknown',
        summary: `Cannot be read: ${cause}`,
        advice: 'See Services. The figures shown are from the last successful read.',
        rows: kept?.reading.rows ?? [],
      };
      return { part, view: this.viewOf(part, reading, kept?.readAt ?? readAt), rows: [] };
    }
  }

  private recordState(id: string, at: string): void {
    if (!this.unknownSince.has(id)) this.unknownSince.set(id, at);
  }

  private viewOf(part: PartReader, reading: PartReading, readAt: string): HealthPart {
    const rows = [...reading.rows].sort(worstFirst);
    return {
      id: part.id,
      title: part.title,
      state: reading.state,
      summary: reading.summary,
      advice: reading.advice,
      runbook: part.runbook,
      readAt,
      unknownSince: this.unknownSince.get(part.id) ?? null,
      columns: part.columns.map(({ key, title, unit }) => ({ key, title, unit })),
      rows: rows.slice(0, ROWS_MAX),
      rowsOmitted: Math.max(0, rows.length - ROWS_MAX),
    };
  }
}

/** Compares by state, worst first; equal states keep their order. */
function worstFirst(a: { state: HealthState }, b: { state: HealthState }): number {
  return HEALTH_STATES.indexOf(a.state) - HEALTH_STATES.indexOf(b.state);
}

function headlineOf(parts: readonly HealthPart[]): string {
  const [worst, ...others] = parts.filter(({ state }) => state !== 'ok');
  if (worst === undefined) {
    const shards = parts.find(({ id }) => id === 'shards');
    return `All systems operational${shards === undefined ? '' : `: ${shards.summary}`}`;
  }
  const more = others.length === 0 ? '' : ` · also: ${others.map(({ title }) => title).join(', ')}`;
  return `${worst.title}: ${worst.summary}${more}`;
}
