import type { Params, Router } from '@angular/router';

type Navigating = Pick<Router, 'currentNavigation' | 'navigate' | 'serializeUrl' | 'url'>;

/**
 * Changes parameters in the URL of the list. Not while another page is about to replace it: a late change, such as 250 ms after the last letter
 * of a search, would cancel the navigation to that page.
 */
export function changeParameters(router: Navigating, queryParams: Params, replaceUrl = false): void {
  if (!isLeaving(router)) void router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl });
}

function isLeaving(router: Navigating): boolean {
  const navigation = router.currentNavigation();
  if (navigation === null) return false;
  const next = router.serializeUrl(navigation.finalUrl ?? navigation.extractedUrl);
  return pathOf(next) !== pathOf(router.url);
}

const pathOf = (url: string): string => url.split(/[?#]/, 1)[0];
