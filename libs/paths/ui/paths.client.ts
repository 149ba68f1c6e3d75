import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { PathChange, PathView, StoredTrace, StoredTraceSummary } from '@icmp-mon/paths/contract';

const pathOf = (target: string): string => `/api/v1/targets/${encodeURIComponent(target)}`;

/** Traces of a page: more of a range are not in its timeline. */
const TRACES_MAX = 500;

export interface TracePage {
  items: StoredTraceSummary[];
  /** Place of older ones; null if there are none. */
  next: string | null;
}

/** Times as the API accepts them. */
export interface TraceSpan {
  from: string;
  to: string;
}

/** Client of the API of paths, by the id or address of a target. Call methods in an injection context. */
@Injectable({ providedIn: 'root' })
export class PathsClient {
  /** Reads the merged paths of all agents, or of some, at a time; null: now. */
  readPath(
    target: () => string,
    asked: () => { at: string | null; agents: readonly string[] },
  ): HttpResourceRef<PathView | undefined> {
    return httpResource(() => {
      const { at, agents } = asked();
      const params = { ...(at !== null && { at }), ...(agents.length > 0 && { agents: agents.join(',') }) };
      return { url: `${pathOf(target())}/path`, params };
    });
  }

  /** Reads the newest traces of a span, newest first. */
  listTraces(target: () => string, span: () => TraceSpan): HttpResourceRef<TracePage | undefined> {
    return httpResource(() => ({ url: `${pathOf(target())}/traces`, params: { ...span(), limit: TRACES_MAX } }));
  }

  listChanges(target: () => string, span: () => TraceSpan): HttpResourceRef<{ items: PathChange[] } | undefined> {
    return httpResource(() => ({ url: `${pathOf(target())}/path-changes`, params: { ...span() } }));
  }

  /** Reads nothing while the id is null. */
  readTrace(id: () => string | null): HttpResourceRef<StoredTrace | undefined> {
    return httpResource(() => {
      const asked = id();
      return asked === null ? undefined : `/api/v1/traces/${encodeURIComponent(asked)}`;
    });
  }
}
