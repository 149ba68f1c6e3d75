import type { Router } from '@angular/router';

/** Shows a span of time on the current page, by its URL; null returns to the range. */
export function showSpan(router: Router, span: { fromMs: number; toMs: number } | null): void {
  const text = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
  const queryParams = { from: text(span?.fromMs), to: text(span?.toMs) };
  void router.navigate([], { queryParams, queryParamsHandling: 'merge' });
}
