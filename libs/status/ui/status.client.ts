import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { StatusChangeView, TargetStatusView } from '@icmp-mon/status/contract';

/** Client for the API of statuses. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class StatusClient {
  /** Reads the status of a target by its id or address, with votes and verdicts. */
  ofTarget(ref: () => string): HttpResourceRef<TargetStatusView | undefined> {
    return httpResource(() => `/api/v1/targets/${encodeURIComponent(ref())}/status`);
  }

  /** Reads the changes of all targets, newest first. */
  changes(limit: number): HttpResourceRef<{ items: StatusChangeView[] } | undefined> {
    return httpResource(() => `/api/v1/status/changes?limit=${limit}`);
  }
}
