import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import { type AuditKind, type AuditPage, type AuditQuery } from '@icmp-mon/audit/contract';

const EVENTS_PATH = '/api/v1/events';

export type EventsAsked = AuditQuery & { cursor?: string; after?: string; limit?: number };

/** Client of the API of the audit. Call methods that return a resource within an injection context. */
@Injectable({ providedIn: 'root' })
export class AuditClient {
  /** Reads one page; null reads nothing, and another question reads again. */
  listEvents(asked: () => EventsAsked | null): HttpResourceRef<AuditPage | undefined> {
    return httpResource(() => {
      const query = asked();
      return query === null ? undefined : { url: EVENTS_PATH, params: { ...query } };
    });
  }

  listKinds(): HttpResourceRef<{ items: AuditKind[] } | undefined> {
    return httpResource(() => `${EVENTS_PATH}/kinds`);
  }
}

/** Returns the address from which the browser downloads the events of a query. */
export const exportAddress = (query: AuditQuery): string =>
  `${EVENTS_PATH}:export?${new URLSearchParams(query as Record<string, string>)}`;
