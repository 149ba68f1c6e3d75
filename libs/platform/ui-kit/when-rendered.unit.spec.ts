import type { Injector } from '@angular/core';
import { expect, it, vi } from 'vitest';
import { whenRendered } from './when-rendered';

it('whenRendered does nothing for a component that is destroyed, as its page was left', () => {
  const run = vi.fn();
  const get = vi.fn(() => ({ destroyed: true }));
  whenRendered({ get } as unknown as Injector, run);
  expect(get).toHaveBeenCalledOnce();
  expect(run).not.toHaveBeenCalled();
});
