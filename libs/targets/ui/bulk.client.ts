import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type {
  BulkChangeRequest,
  BulkJobDetail,
  BulkJobList,
  BulkPreview,
  ExpandRequest,
} from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';
import { TARGETS_PATH } from './targets.client';

const JOBS_PATH = '/api/v1/bulk-jobs';

/** A request that changes many targets, and its route. */
export type BulkRequest =
  { route: 'bulk'; body: Omit<BulkChangeRequest, 'dryRun'> } | { route: 'expand'; body: Omit<ExpandRequest, 'dryRun'> };

/** Client of bulk changes and their jobs. */
@Injectable({ providedIn: 'root' })
export class BulkClient {
  private readonly http = inject(HttpClient);

  /** Returns what the request would do. */
  preview({ route, body }: BulkRequest): Promise<BulkPreview> {
    return firstValueFrom(this.http.post<BulkPreview>(`${TARGETS_PATH}:${route}`, { ...body, dryRun: true }));
  }

  /** Starts a job; repeated requests with the same `requestKey` start one. */
  startJob({ route, body }: BulkRequest, requestKey: string): Promise<BulkJobDetail> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(this.http.post<BulkJobDetail>(`${TARGETS_PATH}:${route}`, body, { headers }));
  }

  /** Lists unfinished and recent jobs, the newest first. */
  listJobs(): HttpResourceRef<BulkJobList | undefined> {
    return httpResource(() => JOBS_PATH);
  }

  readJob(id: string): Promise<BulkJobDetail> {
    return firstValueFrom(this.http.get<BulkJobDetail>(`${JOBS_PATH}/${encodeURIComponent(id)}`));
  }

  cancelJob(id: string, requestKey: string): Promise<BulkJobDetail> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(
      this.http.post<BulkJobDetail>(`${JOBS_PATH}/${encodeURIComponent(id)}/cancel`, {}, { headers }),
    );
  }
}
