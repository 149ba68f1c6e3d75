import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { StatusChangeView, TargetStatusView } from '@icmp-mon/status/contract';

/** The API of statuses. Call what returns a resource in an injection context. */
@Injectable({ providedIn: 'root' })
export class StatusClient {
  /** Status of a target by its id or address, with the votes and verdicts. */
  ofTarget(ref: () => string): HttpResourceRef<TargetStatusView | undefined> {
    return httpResource(() => `/api/v1/targets/${encodeURIComponent(ref())}/status`);
  }

  /** Changes of all targets, newest first. */
  changes(limit: number): HttpResourceRef<{ items: StatusChangeView[] } | undefined> {
    return httpResource(() => `/api/v1/status/changes?limit=${limit}`);
  }
}
