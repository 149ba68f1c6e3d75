// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { DestroyRef, Injector, runInInjectionContext, signal } from '@angular/core';
import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { TargetsClient } from '@icmp-mon/targets/ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TargetSearch } from './target-search';

const target = (ip: string, name: string): TargetView => ({ id: ip, ip, name, tags: {} }) as TargetView;
const FRA = target('127.0.0.1', 'fra-1');
const FRANK = target('127.0.0.2', 'frank');

/** Returns a search, and what its server is asked and answers. */
function given() {
  let asked: () => string = () => '';
  const page = signal<Partial<TargetPage> | undefined>(undefined);
  const [isLoading, error] = [signal(false), signal<unknown>(undefined)];
  const read = { value: page, isLoading, error, hasValue: () => page() !== undefined };
  const client = { searchTargets: (text: () => string) => ((asked = text), read) };
  const injector = Injector.create({
    providers: [
      { provide: TargetsClient, useValue: client },
      { provide: DestroyRef, useValue: { onDestroy: () => () => undefined } },
    ],
  });
  const search = runInInjectionContext(injector, () => new TargetSearch());
  return { search, asked: () => asked(), page, isLoading, error };
}

describe('the search for targets', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks the server once when typing pauses', () => {
    const { search, asked } = given();
    for (const text of ['f', 'fr', 'fra']) search.searchTargets(text);
    expect([asked(), search.isSearching(), search.total()]).toEqual(['', true, null]);
    vi.runAllTimers();
    expect([asked(), search.isSearching()]).toEqual(['fra', false]);
  });

  it('shows what still matches until the answer to a longer text arrives', () => {
    const { search, page, isLoading } = given();
    search.searchTargets('fra');
    vi.runAllTimers();
    page.set({ items: [FRA, FRANK], total: 2 });
    expect([search.targets(), search.total()]).toEqual([[FRA, FRANK], 2]);
    search.searchTargets('fran');
    isLoading.set(true);
    expect([search.targets(), search.total()]).toEqual([[FRANK], null]);
    search.searchTargets('');
    expect(search.targets()).toEqual([]);
  });

  it('shows why it failed, until the text is empty', () => {
    const { search, error } = given();
    search.searchTargets('fra');
    vi.runAllTimers();
    error.set({ status: 503 });
    expect(search.failure()).toMatch(/^Targets could not be searched. The server reported an error/);
    expect(search.total()).toBeNull();
    search.searchTargets('');
    expect(search.failure()).toBeNull();
  });
});
