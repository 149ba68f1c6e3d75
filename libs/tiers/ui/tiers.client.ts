import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { PlacementCounts, TierPreview } from '@icmp-mon/assignment/contract';
import { Session } from '@icmp-mon/identity/ui';
import { newRequestKey } from '@icmp-mon/platform/ui-kit';
import type { TierRemovalView, TierVersionView, TierView } from '@icmp-mon/tiers/contract';
import { firstValueFrom } from 'rxjs';

const TIERS = '/api/v1/tiers';

const PLACEMENT = '/api/v1/placement';

const pathOf = (name: string): string => `${TIERS}/${encodeURIComponent(name)}`;

/** Client for the API of tiers. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class TiersClient {
  private readonly http = inject(HttpClient);

  listTiers(): HttpResourceRef<{ items: TierView[] } | undefined> {
    return httpResource(() => TIERS);
  }

  /** Reads a tier; nothing while the name is null. */
  readTier(name: () => string | null): HttpResourceRef<TierView | undefined> {
    return httpResource(() => {
      const read = name();
      return read === null ? undefined : pathOf(read);
    });
  }

  fetchTier(name: string): Promise<TierView> {
    return firstValueFrom(this.http.get<TierView>(pathOf(name)));
  }

  /** Reads the versions of a tier, newest first; again when its version changes. */
  listVersions(
    tier: () => { name: string; version: number },
  ): HttpResourceRef<{ items: TierVersionView[] } | undefined> {
    return httpResource(() => ({ url: `${pathOf(tier().name)}/versions` }));
  }

  /** Counts the targets that are not placed as their tier asks; reads nothing with a scope, to which the counts cannot be limited. */
  listPlacement(): HttpResourceRef<PlacementCounts | undefined> {
    const session = inject(Session);
    return httpResource(() => (session.scope() === null ? PLACEMENT : undefined));
  }

  /** Computes what a policy would change, without changing anything. The tier need not exist. */
  previewPolicy(name: string, policy: object): Promise<TierPreview> {
    return firstValueFrom(this.http.post<TierPreview>(`${pathOf(name)}/preview`, policy));
  }

  createTier(name: string, policy: object): Promise<TierView> {
    const headers = { 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.post<TierView>(TIERS, { name, ...policy }, { headers }));
  }

  /** Replaces the policy of a tier if it still has the given version. */
  changeTier({ name, version }: TierView, policy: object): Promise<TierView> {
    const headers = { 'If-Match': `"${version}"`, 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.put<TierView>(pathOf(name), policy, { headers }));
  }

  /** Removes a tier if it still has the given version. Its targets move to the successor, which a tier without targets does not need. */
  removeTier({ name, version }: TierView, successor: string | null): Promise<TierRemovalView> {
    const headers = { 'If-Match': `"${version}"` };
    const params: Record<string, string> = successor === null ? {} : { successor };
    return firstValueFrom(this.http.delete<TierRemovalView>(pathOf(name), { headers, params }));
  }
}
