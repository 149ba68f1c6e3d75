import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable, resource, type ResourceRef } from '@angular/core';
import type { AgentLanesPage, HistoryPage, ProbeResult } from '@icmp-mon/probing/contract';
import { firstValueFrom } from 'rxjs';

const pathOf = (target: string): string => `/api/v1/targets/${encodeURIComponent(target)}`;

/** Times as the API accepts them: ISO 8601, or `now-15m`. */
export interface ResultSpan {
  from: string;
  to?: string;
}

interface ResultPage {
  items: ProbeResult[];
  next: string | null;
}

const RESULTS_PAGE_MAX = 1_000;

/** Client of the results API, by the id or address of a target. Call methods that return a resource in an injection context. */
@Injectable({ providedIn: 'root' })
export class ProbingClient {
  private readonly http = inject(HttpClient);

  /** Single results of a span, newest first, at most `max`; no request while `span` is null. */
  listResults(
    target: () => string,
    span: () => ResultSpan | null,
    max: number,
  ): ResourceRef<ProbeResult[] | undefined> {
    return resource({
      params: () => {
        const asked = span();
        return asked === null ? undefined : { path: `${pathOf(target())}/results`, ...asked };
      },
      loader: async ({ params: { path, from, to }, abortSignal }) => {
        const results: ProbeResult[] = [];
        let cursor: string | null = null;
        do {
          const limit = Math.min(RESULTS_PAGE_MAX, max - results.length);
          const params = { from, limit, ...(to === undefined ? {} : { to }), ...(cursor === null ? {} : { cursor }) };
          const page: ResultPage = await firstValueFrom(this.http.get<ResultPage>(path, { params }));
          results.push(...page.items);
          cursor = page.next;
        } while (cursor !== null && results.length < max && !abortSignal.aborted);
        return results;
      },
    });
  }

  /** Loss and latency over a span, ms since 1970, in windows that fit it, of one check; the API selects it while `check` is null. No request while `span` is null. */
  history(
    target: () => string,
    span: () => { fromMs: number; toMs: number } | null,
    check: () => number | null = () => null,
  ): HttpResourceRef<HistoryPage | undefined> {
    return httpResource(() => ofSpan(`${pathOf(target())}/history`, span(), check()));
  }

  /** The same by agent, of a span of at most two days. */
  lanes(
    target: () => string,
    span: () => { fromMs: number; toMs: number } | null,
    check: () => number | null = () => null,
  ): HttpResourceRef<AgentLanesPage | undefined> {
    return httpResource(() => ofSpan(`${pathOf(target())}/history/agents`, span(), check()));
  }
}

function ofSpan(
  url: string,
  span: { fromMs: number; toMs: number } | null,
  check: number | null,
): { url: string; params: Record<string, string | number> } | undefined {
  if (span === null) return undefined;
  const times = { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
  return { url, params: check === null ? times : { ...times, check } };
}
