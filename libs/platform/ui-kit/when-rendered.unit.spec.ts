import { DestroyRef, Injector } from '@angular/core';
import { expect, it, vi } from 'vitest';
import { whenRendered } from './when-rendered';

it('whenRendered does nothing for a component that is destroyed, as its page was left', () => {
  const injector = Injector.create({ providers: [{ provide: DestroyRef, useValue: { destroyed: true } }] });
  const run = vi.fn();
  whenRendered(injector, run);
  expect(run).not.toHaveBeenCalled();
});
