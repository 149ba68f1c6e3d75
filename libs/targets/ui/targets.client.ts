import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { TargetMarkList } from '@icmp-mon/maintenance/contract';
import type { PathChange } from '@icmp-mon/paths/contract';
import type { TargetFiguresPage } from '@icmp-mon/probing/contract';
import type {
  AskedTags,
  ChangeTargetRequest,
  RegisterTargetRequest,
  TagList,
  TargetChangePage,
  TargetLifetimes,
  TargetPage,
  TargetView,
} from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';

/** Path of the targets in the API, also for the example command. */
export const TARGETS_PATH = '/api/v1/targets';
/** A text that is likely a part of an address. */
const ADDRESS_PART = /^[0-9a-f]*[.:][0-9a-f.:]*$/i;
const FIGURES_PATH = '/api/v1/target-figures';
const MARKS_PATH = '/api/v1/target-maintenance';

/** Client of the API of targets. Call methods that return a resource within an injection context. */
@Injectable({ providedIn: 'root' })
export class TargetsClient {
  private readonly http = inject(HttpClient);

  /** Reads a target by its id or address. */
  readTarget(ref: () => string): HttpResourceRef<TargetView | undefined> {
    return httpResource(() => `${TARGETS_PATH}/${encodeURIComponent(ref())}`);
  }

  /** Reads one page; `position` or `around` in the parameters select it. */
  readPage(params: Readonly<Record<string, string>>): Promise<TargetPage> {
    return firstValueFrom(this.http.get<TargetPage>(TARGETS_PATH, { params }));
  }

  /** Searches targets as the list does; an empty text reads nothing, and a new text cancels the read of the one before. */
  searchTargets(text: () => string, limit: number): HttpResourceRef<TargetPage | undefined> {
    return httpResource(() => {
      const q = text();
      if (q === '') return undefined;
      return { url: TARGETS_PATH, params: { q, limit, sort: ADDRESS_PART.test(q) ? 'ip' : 'name' } };
    });
  }

  /** Reads the keys or values of tags that complete a word; null reads nothing, and other ones cancel the read of those before. */
  readTags(asked: () => AskedTags | null): HttpResourceRef<TagList | undefined> {
    return httpResource(() => {
      const tags = asked();
      if (tags === null) return undefined;
      const { key, prefix } = tags;
      const params: Record<string, string> = { ...(key === null ? {} : { key }), ...(prefix === '' ? {} : { prefix }) };
      return { url: `${TARGETS_PATH}/tags`, params };
    });
  }

  /** Lists the first keys of tags of all targets. */
  async listTagKeys(): Promise<string[]> {
    const { items } = await firstValueFrom(this.http.get<TagList>(`${TARGETS_PATH}/tags`, { params: { limit: 100 } }));
    return items.map(({ text }) => text);
  }

  /** Reads the newest changes of a target; null reads nothing, and another version reads again. */
  readChanges(
    asked: () => { id: string; version: number; limit: number } | null,
  ): HttpResourceRef<TargetChangePage | undefined> {
    return httpResource(() => {
      const target = asked();
      return target === null
        ? undefined
        : { url: `${TARGETS_PATH}/${target.id}/versions`, params: { limit: target.limit } };
    });
  }

  /** Reads changes of the paths to a target in a span, ms since 1970. No request while `span` is null. */
  readPathChanges(
    ref: () => string,
    span: () => { fromMs: number; toMs: number } | null,
  ): HttpResourceRef<{ items: PathChange[] } | undefined> {
    return httpResource(() => {
      const asked = span();
      if (asked === null) return undefined;
      const params = { from: new Date(asked.fromMs).toISOString(), to: new Date(asked.toMs).toISOString() };
      return { url: `${TARGETS_PATH}/${encodeURIComponent(ref())}/path-changes`, params };
    });
  }

  /** Reads the targets that have or had the address of a target, also of a removed one, by its id or address. */
  readLifetimes(ref: () => string): HttpResourceRef<TargetLifetimes | undefined> {
    return httpResource(() => `${TARGETS_PATH}/${encodeURIComponent(ref())}/lifetimes`);
  }

  /** Reads the current figures of at most `FIGURES_KEYS_MAX` targets. */
  readFigures(keys: readonly number[]): Promise<TargetFiguresPage> {
    return firstValueFrom(this.http.get<TargetFiguresPage>(FIGURES_PATH, { params: { keys: keys.join(',') } }));
  }

  /** Reads in which open windows at most `MARKS_KEYS_MAX` targets are. */
  readMarks(keys: readonly number[]): Promise<TargetMarkList> {
    return firstValueFrom(this.http.get<TargetMarkList>(MARKS_PATH, { params: { keys: keys.join(',') } }));
  }

  /** Registers a target; repeated requests with the same `requestKey` register it once. */
  register(request: RegisterTargetRequest, requestKey: string): Promise<TargetView> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(this.http.post<TargetView>(TARGETS_PATH, request, { headers }));
  }

  /** Changes a target if it still has the given version; repeated requests with the same `requestKey` change it once. */
  changeTarget({ id, version }: TargetView, patch: ChangeTargetRequest, requestKey: string): Promise<TargetView> {
    const headers = {
      'Content-Type': 'application/merge-patch+json',
      'If-Match': `"${version}"`,
      'Idempotency-Key': requestKey,
    };
    return firstValueFrom(this.http.patch<TargetView>(`${TARGETS_PATH}/${id}`, patch, { headers }));
  }

  /** Removes a target if it still has the given version. */
  async remove({ id, version }: TargetView): Promise<void> {
    const headers = { 'If-Match': `"${version}"` };
    await firstValueFrom(this.http.delete(`${TARGETS_PATH}/${id}`, { headers }));
  }
}
