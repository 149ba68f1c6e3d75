import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { TierView } from '@icmp-mon/tiers/contract';

/** The API of tiers. Call what returns a resource in an injection context. */
@Injectable({ providedIn: 'root' })
export class TiersClient {
  list(): HttpResourceRef<{ items: TierView[] } | undefined> {
    return httpResource(() => '/api/v1/tiers');
  }
}
