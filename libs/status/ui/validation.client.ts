import { httpResource, type HttpResourceRef } from '@angular/common/http';
import { Injectable } from '@angular/core';
import type { EvidencePage, TargetChecksView, ValidationPage } from '@icmp-mon/status/contract';

const addressOf = (ref: string): string => `/api/v1/targets/${encodeURIComponent(ref)}/checks`;

/** Client for the checks that expect no answer. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class ValidationClient {
  /** Reads one page of the checks of all targets; a member without a text is left out. */
  listChecks(
    asked: () => { status?: string; filter?: string; cursor?: string },
  ): HttpResourceRef<ValidationPage | undefined> {
    return httpResource(() => {
      const params = Object.fromEntries(Object.entries(asked()).filter(([, text]) => text));
      return { url: '/api/v1/validation', params: params as Record<string, string> };
    });
  }

  readChecks(ref: () => string): HttpResourceRef<TargetChecksView | undefined> {
    return httpResource(() => addressOf(ref()));
  }

  listEvidence(
    of: () => { ref: string; check: string; cursor: string | undefined },
  ): HttpResourceRef<EvidencePage | undefined> {
    return httpResource(() => {
      const { ref, check, cursor } = of();
      const url = `${addressOf(ref)}/${encodeURIComponent(check)}/evidence`;
      return cursor ? { url, params: { cursor } } : { url };
    });
  }
}

/** Returns the address from which the browser downloads an evidence log. */
export const evidenceExport = (ref: string, check: string): string =>
  `${addressOf(ref)}/${encodeURIComponent(check)}/evidence:export`;
