import { DestroyRef, inject, type Signal, signal } from '@angular/core';

/** Returns whether a media query matches, as it changes. Call it in an injection context. */
export function mediaMatches(query: string): Signal<boolean> {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  const follow = (): void => matches.set(media.matches);
  media.addEventListener('change', follow);
  inject(DestroyRef).onDestroy(() => media.removeEventListener('change', follow));
  return matches.asReadonly();
}
