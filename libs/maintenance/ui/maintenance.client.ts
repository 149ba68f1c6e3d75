import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type {
  CalendarTokenView,
  ChangeDateRequest,
  ImportNoticesRequest,
  IssuedCalendarToken,
  NoticeImport,
  OccurrencePage,
  OccurrenceTargetPage,
  OccurrenceView,
  ScheduleWindowRequest,
  SilenceRequest,
  WindowChangePage,
  WindowPage,
  WindowPreview,
  WindowView,
} from '@icmp-mon/maintenance/contract';
import { newRequestKey } from '@icmp-mon/platform/ui-kit';
import type { StatusCounts } from '@icmp-mon/targets/contract';
import { firstValueFrom } from 'rxjs';

const MAINTENANCE_PATH = '/api/v1/maintenance';
const FEED_TOKEN_PATH = `${MAINTENANCE_PATH}/calendar-token`;
/** Occurrences of one request of a calendar, and of all its requests. */
const PER_REQUEST = 500;
export const CALENDAR_MAX = 2_000;

const pathOf = (id: string): string => `${MAINTENANCE_PATH}/${encodeURIComponent(id)}`;
const once = () => ({ 'Idempotency-Key': newRequestKey() });

type Params = Readonly<Record<string, string>>;

/** Client of maintenance. Call methods that return a resource within an injection context; they read nothing while `asked` returns null. */
@Injectable({ providedIn: 'root' })
export class MaintenanceClient {
  private readonly http = inject(HttpClient);

  listWindows(asked: () => Params): HttpResourceRef<WindowPage | undefined> {
    return httpResource(() => ({ url: MAINTENANCE_PATH, params: asked() }));
  }

  readWindow(asked: () => string | null): HttpResourceRef<WindowView | undefined> {
    return httpResource(() => {
      const id = asked();
      return id === null ? undefined : pathOf(id);
    });
  }

  listOccurrences(asked: () => (Params & { id: string }) | null): HttpResourceRef<OccurrencePage | undefined> {
    return httpResource(() => {
      const query = asked();
      if (query === null) return undefined;
      const { id, ...params } = query;
      return { url: `${pathOf(id)}/occurrences`, params };
    });
  }

  /** Reads occurrences of all windows that overlap a time. */
  listOverlapping(asked: () => { from: string; to: string } | null): HttpResourceRef<OccurrencePage | undefined> {
    return httpResource(() => {
      const range = asked();
      return range === null ? undefined : { url: `${MAINTENANCE_PATH}/occurrences`, params: { ...range, limit: 50 } };
    });
  }

  /** Reads all occurrences of a time, at most `CALENDAR_MAX`. */
  async readCalendar(range: { from: string; to: string }): Promise<{ items: OccurrenceView[]; isPartial: boolean }> {
    const items: OccurrenceView[] = [];
    let cursor: string | null = null;
    do {
      const params: Params = { ...range, limit: String(PER_REQUEST), ...(cursor !== null && { cursor }) };
      const page: OccurrencePage = await firstValueFrom(
        this.http.get<OccurrencePage>(`${MAINTENANCE_PATH}/occurrences`, { params }),
      );
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null && items.length < CALENDAR_MAX);
    return { items, isPartial: cursor !== null };
  }

  listTargets(
    asked: () => { id: string; date: string; cursor: string | null } | null,
  ): HttpResourceRef<OccurrenceTargetPage | undefined> {
    return httpResource(() => {
      const query = asked();
      if (query === null) return undefined;
      const { id, date, cursor } = query;
      return { url: `${pathOf(id)}/occurrences/${date}/targets`, params: { ...(cursor !== null && { cursor }) } };
    });
  }

  listChanges(asked: () => { id: string; cursor: string | null }): HttpResourceRef<WindowChangePage | undefined> {
    return httpResource(() => {
      const { id, cursor } = asked();
      return { url: `${pathOf(id)}/changes`, params: { limit: 25, ...(cursor !== null && { cursor }) } };
    });
  }

  /** Counts the targets of a scope by status. */
  countTargets(asked: () => string | null): HttpResourceRef<StatusCounts | undefined> {
    return httpResource(() => {
      const filter = asked();
      return filter === null ? undefined : { url: '/api/v1/targets/counts', params: { filter } };
    });
  }

  previewWindow(request: ScheduleWindowRequest, viewerZone: string): Promise<WindowPreview> {
    const params = { viewerZone };
    return firstValueFrom(this.http.post<WindowPreview>(`${MAINTENANCE_PATH}/preview`, request, { params }));
  }

  readFeedToken(): HttpResourceRef<CalendarTokenView | undefined> {
    return httpResource(() => FEED_TOKEN_PATH);
  }

  /** Creates the token of the user's calendar feed, which replaces a former one. */
  issueFeedToken(): Promise<IssuedCalendarToken> {
    return firstValueFrom(this.http.post<IssuedCalendarToken>(FEED_TOKEN_PATH, null));
  }

  revokeFeedToken(): Promise<void> {
    return firstValueFrom(this.http.delete<void>(FEED_TOKEN_PATH));
  }

  previewNotices(request: ImportNoticesRequest): Promise<NoticeImport> {
    return firstValueFrom(this.http.post<NoticeImport>(`${MAINTENANCE_PATH}/imports/preview`, request));
  }

  /** Imports notices; a repeated import changes nothing. */
  importNotices(request: ImportNoticesRequest): Promise<NoticeImport> {
    return firstValueFrom(this.http.post<NoticeImport>(`${MAINTENANCE_PATH}/imports`, request));
  }

  scheduleWindow(request: ScheduleWindowRequest, requestKey: string): Promise<WindowView> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(this.http.post<WindowView>(MAINTENANCE_PATH, request, { headers }));
  }

  /** Amends a window if it still has the given version. */
  amendWindow({ id, version }: WindowView, request: ScheduleWindowRequest): Promise<WindowView> {
    const headers = { ...once(), 'If-Match': `"${version}"` };
    return firstValueFrom(this.http.put<WindowView>(pathOf(id), request, { headers }));
  }

  cancelWindow(id: string): Promise<WindowView> {
    return firstValueFrom(this.http.delete<WindowView>(pathOf(id)));
  }

  silenceScope(request: SilenceRequest, requestKey: string): Promise<WindowView> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(this.http.post<WindowView>(`${MAINTENANCE_PATH}/silences`, request, { headers }));
  }

  endOpen(id: string): Promise<WindowView> {
    return firstValueFrom(this.http.post<WindowView>(`${pathOf(id)}/end`, null, { headers: once() }));
  }

  extendOpen(id: string, minutes: number): Promise<WindowView> {
    return firstValueFrom(this.http.post<WindowView>(`${pathOf(id)}/extend`, { minutes }, { headers: once() }));
  }

  changeDate(id: string, date: string, change: ChangeDateRequest): Promise<WindowView> {
    return firstValueFrom(this.http.put<WindowView>(`${pathOf(id)}/occurrences/${date}`, change));
  }

  restoreDate(id: string, date: string): Promise<WindowView> {
    return firstValueFrom(this.http.delete<WindowView>(`${pathOf(id)}/occurrences/${date}`));
  }
}
