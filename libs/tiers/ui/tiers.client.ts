import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { TierView } from '@icmp-mon/tiers/contract';

/** Client for the API of tiers. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class TiersClient {
  listTiers(): HttpResourceRef<{ items: TierView[] } | undefined> {
    return httpResource(() => '/api/v1/tiers');
  }
}
