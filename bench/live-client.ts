import { setTimeout as pause } from 'node:timers/promises';
import type { ProbeResult } from '@icmp-mon/probing/contract';
import type { BenchProduct } from './product';

const RECONNECT_MS = 1_000;

/** Follows the live results of some targets as a browser does, and records the age of each result at its arrival. */
export class LiveClient {
  private agesMs: number[] = [];
  private readonly stopped = new AbortController();

  constructor(
    private readonly product: BenchProduct,
    targetIds: readonly string[],
  ) {
    for (const id of targetIds) void this.followStream(id);
  }

  /** Returns the ages since the last call. The age counts from the reply, or from 1 s after the probe when there was none. */
  takeAges(): { p50: number; p99: number; max: number; events: number } {
    const sorted = this.agesMs.sort((a, b) => a - b);
    this.agesMs = [];
    const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
    return { p50: at(0.5), p99: at(0.99), max: at(1), events: sorted.length };
  }

  stop(): void {
    this.stopped.abort();
  }

  private async followStream(id: string): Promise<void> {
    const { apiUrl, apiKey } = this.product.access;
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        const headers = { authorization: `Bearer ${apiKey}` };
        const response = await fetch(`${apiUrl}/api/v1/targets/${id}/live`, { headers, signal });
        if (response.body) await this.readBody(response.body);
      } catch (error) {
        if (signal.aborted) return;
        process.stdout.write(`live: ${error instanceof Error ? error.message : String(error)}; reconnecting\n`);
      }
      await pause(RECONNECT_MS);
    }
  }

  private async readBody(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      const nowMs = Date.now();
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: ?(.*)$/m.exec(text.slice(0, end))?.[1];
        const isResult = /^event: ?result$/m.test(text.slice(0, end));
        text = text.slice(end + 2);
        if (!isResult || data === undefined) continue;
        const result = JSON.parse(data) as ProbeResult;
        const answeredMs = Date.parse(result.at) + (result.rttUs === null ? 1_000 : result.rttUs / 1_000);
        this.agesMs.push(nowMs - answeredMs);
      }
    }
  }
}
