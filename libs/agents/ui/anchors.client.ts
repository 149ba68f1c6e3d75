import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { Anchors } from '@icmp-mon/agents/contract';
import { newRequestKey } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';

const ANCHORS = '/api/v1/anchors';

/** Client for the API of anchors. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class AnchorsClient {
  private readonly http = inject(HttpClient);

  readAnchors(): HttpResourceRef<Anchors | undefined> {
    return httpResource(() => ANCHORS);
  }

  /** Replaces the anchors. The server refuses the change if they are no longer at the given version. */
  setAnchors(ips: readonly string[], version: number): Promise<Anchors> {
    const headers = { 'If-Match': `"${version}"`, 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.put<Anchors>(ANCHORS, { ips }, { headers }));
  }
}
