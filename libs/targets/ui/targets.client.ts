import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { TargetFiguresPage } from '@icmp-mon/probing/contract';
import type { ChangeTargetRequest, RegisterTargetRequest, TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';

/** Where targets are, for commands that people paste. */
export const TARGETS_PATH = '/api/v1/targets';
const FIGURES_PATH = '/api/v1/target-figures';

/** The API of targets. Call what returns a resource in an injection context. */
@Injectable({ providedIn: 'root' })
export class TargetsClient {
  private readonly http = inject(HttpClient);

  /** A target by its id or address. */
  target(ref: () => string): HttpResourceRef<TargetView | undefined> {
    return httpResource(() => `${TARGETS_PATH}/${encodeURIComponent(ref())}`);
  }

  /** One page: `position` or `around` in the parameters say which. */
  page(params: Readonly<Record<string, string>>): Promise<TargetPage> {
    return firstValueFrom(this.http.get<TargetPage>(TARGETS_PATH, { params }));
  }

  /** How the targets do at the moment; at most `FIGURES_KEYS_MAX` of them. */
  figures(keys: readonly number[]): Promise<TargetFiguresPage> {
    return firstValueFrom(this.http.get<TargetFiguresPage>(FIGURES_PATH, { params: { keys: keys.join(',') } }));
  }

  /** With the same `requestKey` it is done once. */
  register(request: RegisterTargetRequest, requestKey: string): Promise<TargetView> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(this.http.post<TargetView>(TARGETS_PATH, request, { headers }));
  }

  /** Only while the target is at the version that is shown. With the same `requestKey` it is done once. */
  change({ id, version }: TargetView, patch: ChangeTargetRequest, requestKey: string): Promise<TargetView> {
    const headers = {
      'Content-Type': 'application/merge-patch+json',
      'If-Match': `"${version}"`,
      'Idempotency-Key': requestKey,
    };
    return firstValueFrom(this.http.patch<TargetView>(`${TARGETS_PATH}/${id}`, patch, { headers }));
  }

  /** Only while the target is at the version that is shown. */
  async remove({ id, version }: TargetView): Promise<void> {
    const headers = { 'If-Match': `"${version}"` };
    await firstValueFrom(this.http.delete(`${TARGETS_PATH}/${id}`, { headers }));
  }
}
