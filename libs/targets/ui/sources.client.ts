import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { newRequestKey } from '@icmp-mon/platform/ui-kit';
import type {
  ChangeSourceRequest,
  DefineSourceRequest,
  InventorySource,
  InventorySourceList,
  RunSourceQuery,
  SourceRunList,
  SourceRunView,
} from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';

const SOURCES_PATH = '/api/v1/inventory-sources';

const pathOf = (id: string): string => `${SOURCES_PATH}/${encodeURIComponent(id)}`;

/** Client of inventory sources. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class SourcesClient {
  private readonly http = inject(HttpClient);

  listSources(): HttpResourceRef<InventorySourceList | undefined> {
    return httpResource(() => SOURCES_PATH);
  }

  /** Reads a source; nothing while the id is undefined. */
  readSource(id: () => string | undefined): HttpResourceRef<InventorySource | undefined> {
    return httpResource(() => {
      const read = id();
      return read === undefined ? undefined : pathOf(read);
    });
  }

  /** Reads the kept runs of a source; nothing while the id is undefined. */
  listRuns(id: () => string | undefined): HttpResourceRef<SourceRunList | undefined> {
    return httpResource(() => {
      const read = id();
      return read === undefined ? undefined : `${pathOf(read)}/runs`;
    });
  }

  defineSource(request: DefineSourceRequest): Promise<InventorySource> {
    const headers = { 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.post<InventorySource>(SOURCES_PATH, request, { headers }));
  }

  /** Changes a source if it still has the given version. */
  changeSource(
    { id, version }: Pick<InventorySource, 'id' | 'version'>,
    change: ChangeSourceRequest,
  ): Promise<InventorySource> {
    const headers = { 'If-Match': `"${version}"`, 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.patch<InventorySource>(pathOf(id), change, { headers }));
  }

  removeSource({ id, version }: Pick<InventorySource, 'id' | 'version'>): Promise<void> {
    return firstValueFrom(this.http.delete<void>(pathOf(id), { headers: { 'If-Match': `"${version}"` } }));
  }

  startRun(id: string, query: RunSourceQuery): Promise<SourceRunView> {
    const headers = { 'Idempotency-Key': newRequestKey() };
    return firstValueFrom(this.http.post<SourceRunView>(`${pathOf(id)}/run`, null, { headers, params: { ...query } }));
  }
}
