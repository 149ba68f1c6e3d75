import { expect, it, vi } from 'vitest';
import { changeParameters } from './change-parameters';

const routerAt = (url: string, next: string | null) => {
  const navigate = vi.fn(() => Promise.resolve(true));
  const currentNavigation = () => (next === null ? null : { extractedUrl: next });
  const router = { url, navigate, currentNavigation, serializeUrl: (tree: unknown) => tree };
  return { navigate, router: router as unknown as Parameters<typeof changeParameters>[0] };
};

it.each([
  ['no navigation is under way', null],
  ['the parameters of the list change already', '/targets?status=down'],
])('changes the URL when %s', (_when, next) => {
  const { navigate, router } = routerAt('/targets?q=ed', next);
  changeParameters(router, { q: 'edge' }, true);
  const expected = { queryParams: { q: 'edge' }, queryParamsHandling: 'merge', replaceUrl: true };
  expect(navigate).toHaveBeenCalledExactlyOnceWith([], expected);
});

it.each(['/settings/tiers/new', '/targets/192.0.2.1?from=now-6h'])(
  'does not cancel the navigation to another page: %s',
  (next) => {
    const { navigate, router } = routerAt('/targets?q=ed', next);
    changeParameters(router, { q: 'edge' });
    expect(navigate).not.toHaveBeenCalled();
  },
);
