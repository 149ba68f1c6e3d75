import { setTimeout as pause } from 'node:timers/promises';
import type { TargetView } from '@icmp-mon/targets/contract';
import type { BenchProduct } from './product';

const RECONNECT_MS = 500;

export interface SeenDown {
  key: number;
  /** When the event arrived, in ms since 1970. */
  seenMs: number;
}

/** Follows the API's event stream of statuses as a browser does. */
export class StatusClient {
  private readonly waiting = new Map<string, (down: SeenDown) => void>();
  private readonly stopped = new AbortController();

  constructor(private readonly product: BenchProduct) {
    void this.followStream();
  }

  /** Resolves when a target is down, with a status that began after `fromMs`; null if it is not in time. */
  async whenDown(ip: string, fromMs: number, withinMs: number): Promise<SeenDown | null> {
    const seen = new Promise<SeenDown>((resolve) => this.waiting.set(ip, resolve));
    const late = new AbortController();
    // Only the abort below rejects it.
    const deadline = pause(fromMs + withinMs - Date.now(), null, { signal: late.signal }).catch(() => null);
    const down = await Promise.race([seen, deadline]);
    late.abort();
    this.waiting.delete(ip);
    return down;
  }

  stop(): void {
    this.stopped.abort();
  }

  private async followStream(): Promise<void> {
    const { apiUrl, apiKey } = this.product.access;
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        const headers = { authorization: `Bearer ${apiKey}` };
        const response = await fetch(`${apiUrl}/api/v1/status/stream`, { headers, signal });
        if (response.body) await this.readBody(response.body);
      } catch (error) {
        if (signal.aborted) return;
        process.stdout.write(`statuses: ${error instanceof Error ? error.message : String(error)}; reconnecting\n`);
      }
      await pause(RECONNECT_MS);
    }
  }

  private async readBody(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      const seenMs = Date.now();
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.takeMessage(text.slice(0, end), seenMs);
        text = text.slice(end + 2);
      }
    }
  }

  private takeMessage(message: string, seenMs: number): void {
    const data = /^data: ?(.*)$/m.exec(message)?.[1];
    if (data === undefined || !/^event: ?target$/m.test(message)) return;
    const { ip, key, status } = JSON.parse(data) as TargetView;
    if (status === 'down') this.waiting.get(ip)?.({ key, seenMs });
  }
}
