import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { SavedView, SavedViewList, SaveViewRequest } from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';

const VIEWS_PATH = '/api/v1/views';

/** Client of saved views of the target list. */
@Injectable({ providedIn: 'root' })
export class ViewsClient {
  private readonly http = inject(HttpClient);

  async listViews(): Promise<readonly SavedView[]> {
    return (await firstValueFrom(this.http.get<SavedViewList>(VIEWS_PATH))).items;
  }

  saveView(request: SaveViewRequest): Promise<SavedView> {
    return firstValueFrom(this.http.post<SavedView>(VIEWS_PATH, request));
  }

  /** Replaces a view if it still has the given version. */
  replaceView({ id, version }: SavedView, request: SaveViewRequest): Promise<SavedView> {
    const headers = { 'If-Match': `"${version}"` };
    return firstValueFrom(this.http.put<SavedView>(`${VIEWS_PATH}/${id}`, request, { headers }));
  }

  async deleteView({ id }: SavedView): Promise<void> {
    await firstValueFrom(this.http.delete(`${VIEWS_PATH}/${id}`));
  }
}
