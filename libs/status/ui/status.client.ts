import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { StatusChangeView, StatusHistoryView, TargetStatusView } from '@icmp-mon/status/contract';

/** Client for the API of statuses. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class StatusClient {
  /** Reads the status of a target by its id or address, with votes and verdicts. */
  ofTarget(ref: () => string): HttpResourceRef<TargetStatusView | undefined> {
    return httpResource(() => `/api/v1/targets/${encodeURIComponent(ref())}/status`);
  }

  /** Reads which statuses a target had in a span, ms since 1970. No request while `span` is null. */
  readHistory(
    ref: () => string,
    span: () => { fromMs: number; toMs: number } | null,
  ): HttpResourceRef<StatusHistoryView | undefined> {
    return httpResource(() => {
      const asked = span();
      if (asked === null) return undefined;
      const params = { from: new Date(asked.fromMs).toISOString(), to: new Date(asked.toMs).toISOString() };
      return { url: `/api/v1/targets/${encodeURIComponent(ref())}/status/history`, params };
    });
  }

  /** Reads the changes of all targets, newest first. */
  changes(limit: number): HttpResourceRef<{ items: StatusChangeView[] } | undefined> {
    return httpResource(() => `/api/v1/status/changes?limit=${limit}`);
  }
}
