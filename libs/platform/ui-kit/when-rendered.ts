import { afterNextRender, DestroyRef, type Injector } from '@angular/core';

/**
 * Calls `run` after the next rendering. Does nothing once the component of the injector is destroyed: an answer may arrive after its page was
 * left, and Angular throws NG0911 then.
 */
export function whenRendered(injector: Injector, run: () => void): void {
  if (injector.get(DestroyRef).destroyed) return;
  afterNextRender({ mixedReadWrite: run }, { injector });
}
