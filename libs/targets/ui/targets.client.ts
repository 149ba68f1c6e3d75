import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { RegisterTargetRequest, TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';

/** Where targets are, for commands that people paste. */
export const TARGETS_PATH = '/api/v1/targets';

/** The API of targets. Call what returns a resource in an injection context. */
@Injectable({ providedIn: 'root' })
export class TargetsClient {
  private readonly http = inject(HttpClient);

  /** A target by its id or address. */
  target(ref: () => string): HttpResourceRef<TargetView | undefined> {
    return httpResource(() => `${TARGETS_PATH}/${encodeURIComponent(ref())}`);
  }

  page(params: Readonly<Record<string, string>>): Promise<TargetPage> {
    return firstValueFrom(this.http.get<TargetPage>(TARGETS_PATH, { params }));
  }

  /** With the same `requestKey` it is done once. */
  register(request: RegisterTargetRequest, requestKey: string): Promise<TargetView> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(this.http.post<TargetView>(TARGETS_PATH, request, { headers }));
  }

  /** Only while the target is at the version that is shown. */
  async remove({ id, version }: TargetView): Promise<void> {
    const headers = { 'If-Match': `"${version}"` };
    await firstValueFrom(this.http.delete(`${TARGETS_PATH}/${id}`, { headers }));
  }
}
