import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { HistoryPage, ProbeResult } from '@icmp-mon/probing/contract';

const pathOf = (target: string): string => `/api/v1/targets/${encodeURIComponent(target)}`;

/** The API of results, by the id or the address of their target. Call what returns a resource in an injection context. */
@Injectable({ providedIn: 'root' })
export class ProbingClient {
  /** Single results, newest first. */
  results(target: () => string, limit: number): HttpResourceRef<{ items: ProbeResult[] } | undefined> {
    return httpResource(() => `${pathOf(target())}/results?limit=${limit}`);
  }

  /** Loss and latency over a span, ms since 1970, in windows that fit it. */
  history(
    target: () => string,
    span: () => { fromMs: number; toMs: number },
  ): HttpResourceRef<HistoryPage | undefined> {
    return httpResource(() => {
      const { fromMs, toMs } = span();
      const params = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
      return { url: `${pathOf(target())}/history`, params };
    });
  }
}
