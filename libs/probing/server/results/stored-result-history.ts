import { type PastResults, ResultHistory } from '@icmp-mon/probing/contract';
import { decodeSeriesBody, type SeriesSamples, windowStart } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { StoredAgents } from './stored-agents';

interface WindowRow {
  window_start: Date;
  check_no: number;
  body: Buffer;
}

interface Window {
  startMs: number;
  check: number;
  samples: SeriesSamples;
}

/** Reads stored results of one target from windows and fragments. */
@Injectable()
export class StoredResultHistory extends ResultHistory {
  private readonly agents: StoredAgents;

  constructor(private readonly database: TelemetryDatabase) {
    super();
    this.agents = new StoredAgents(database);
  }

  override async resultsBetween(targetKey: number, fromMs: number, toMs: number): Promise<PastResults> {
    const rows = await this.database.query<WindowRow>(
      `SELECT window_start, check_no, body FROM probe_window
       WHERE target_key = $1 AND window_start >= $2 AND window_start < $3 ORDER BY window_start`,
      [targetKey, new Date(windowStart(fromMs)), new Date(toMs)],
    );
    const windows = rows.map(({ window_start, check_no: check, body }): Window => ({
      ...{ startMs: window_start.getTime(), check, samples: decodeSeriesBody(body) },
    }));
    await this.agents.loadAgents(
      windows.flatMap(({ samples: { agentNo, count } }) => [...new Set(agentNo.subarray(0, count))]),
    );
    return this.inOrder(windows, fromMs, toMs);
  }

  private inOrder(windows: readonly Window[], fromMs: number, toMs: number): PastResults {
    const order: { window: Window; row: number; sampleMs: number; agentNo: number }[] = [];
    for (const window of windows) {
      const { startMs, samples } = window;
      for (let row = 0; row < samples.count; row++) {
        const sampleMs = startMs + samples.timeOffsetMs[row];
        if (sampleMs >= fromMs && sampleMs < toMs) order.push({ window, row, sampleMs, agentNo: samples.agentNo[row] });
      }
    }
    order.sort((a, b) => a.sampleMs - b.sampleMs || a.agentNo - b.agentNo);
    const numbers = [...new Set(order.map(({ agentNo }) => agentNo))];
    const indexes = new Map(numbers.map((agentNo, index) => [agentNo, index]));
    const details: PastResults['details'] = new Map();
    order.forEach(({ window, row }, at) => {
      const detail = window.samples.details.get(row);
      if (detail !== undefined) details.set(at, detail);
    });
    return {
      count: order.length,
      agentIds: numbers.map((agentNo) => this.agents.agentOf(agentNo).agentId),
      agent: Uint16Array.from(order, ({ agentNo }) => indexes.get(agentNo) ?? 0),
      check: Uint16Array.from(order, ({ window }) => window.check),
      sampleMs: Float64Array.from(order, ({ sampleMs }) => sampleMs),
      outcome: Uint8Array.from(order, ({ window, row }) => window.samples.outcome[row]),
      rttUs: Uint32Array.from(order, ({ window, row }) => window.samples.rttUs[row]),
      details,
    };
  }
}
