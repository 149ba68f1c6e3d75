import { expect, it } from 'vitest';
import { flatFields, tagFields } from './flat-fields';

it('names members by their path, and leaves out what is absent or empty', () => {
  const value = { a: 1, b: { c: true, d: null }, list: ['x', 'y'], none: [], items: [{ n: 1 }, { n: 2 }] };
  expect(flatFields('top', value)).toEqual({
    ...{ 'top.a': '1', 'top.b.c': 'true', 'top.list': 'x, y' },
    ...{ 'top.items.0.n': '1', 'top.items.1.n': '2' },
  });
  expect(flatFields('top', null)).toEqual({});
  expect(flatFields('top', undefined)).toEqual({});
  expect(tagFields({ site: 'fra', rack: '7' })).toEqual({ 'tag:rack': '7', 'tag:site': 'fra' });
});
