import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { DeadLetterList, HealthView, ReplayRequest, ReplayResult } from '@icmp-mon/operations/contract';
import { newRequestKey } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';

const LETTERS = '/api/v1/dead-letters';

/** Client of the API of the product's health and its dead letters. Call methods that return a resource within an injection context. */
@Injectable({ providedIn: 'root' })
export class OperationsClient {
  private readonly http = inject(HttpClient);

  readHealth(): HttpResourceRef<HealthView | undefined> {
    return httpResource(() => '/api/v1/health');
  }

  deadLetters(limit: number): HttpResourceRef<DeadLetterList | undefined> {
    return httpResource(() => `${LETTERS}?limit=${limit}`);
  }

  replayLetters(request: ReplayRequest): Promise<ReplayResult> {
    const headers = { 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.post<ReplayResult>(`${LETTERS}/replay`, request, { headers }));
  }
}
