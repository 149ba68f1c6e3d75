// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { DestroyRef, Injector, signal } from '@angular/core';
import { Router } from '@angular/router';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { Clock, type Shortcut, Shortcuts } from '@icmp-mon/platform/ui-kit';
import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ListLayout } from './list-layout';
import { ListNavigation } from './list-navigation';
import { ListPlace } from './list-place';
import { WORST_FIRST } from './list-query';
import { ListScroll } from './list-scroll';
import { TargetRows } from './target-rows';
import { TargetsClient } from './targets.client';

/** A list whose server has the targets with these ids at the time of each read. */
function given(...ids: string[]) {
  let now = ids;
  const opened: string[] = [];
  const shortcuts = new Map<string, Shortcut>();
  const readPage = (): Promise<TargetPage> => {
    const items = now.map((id) => ({ id }) as TargetView);
    return Promise.resolve({ items, next: null, total: now.length, position: 0, asOf: null });
  };
  const injector = Injector.create({
    providers: [
      { provide: TargetsClient, useValue: { readPage } },
      { provide: Clock, useValue: { nowMs: signal(0) } },
      { provide: LiveStream, useValue: { listenToBatches: () => undefined } },
      { provide: DestroyRef, useValue: { onDestroy: () => () => undefined } },
      {
        provide: Router,
        useValue: {
          url: '/targets',
          parseUrl: () => ({ toString: () => '/targets' }),
          navigate: ([, id]: string[]) => opened.push(id),
        },
      },
      {
        provide: Shortcuts,
        useValue: { add: (...added: Shortcut[]) => added.forEach((each) => shortcuts.set(each.keys, each)) },
      },
      { provide: ListScroll, useValue: { reveal: () => undefined, offsetOf: () => 0 } },
      { provide: ListLayout, useValue: { hasPanel: signal(false) } },
      { provide: ListPlace },
      { provide: TargetRows },
      { provide: ListNavigation },
    ],
  });
  const press = (keys: string): void => shortcuts.get(keys)?.run();
  const change = (...after: string[]): void => void (now = after);
  return { rows: injector.get(TargetRows), navigation: injector.get(ListNavigation), opened, press, change };
}

beforeEach(() => vi.stubGlobal('history', { state: null, replaceState: () => undefined }));
afterEach(() => vi.unstubAllGlobals());

describe('the selected row', () => {
  it('follows its target when the list is read again', async () => {
    const { rows, navigation, opened, press, change } = given('a', 'b', 'c');
    await rows.readList(WORST_FIRST);
    navigation.openRow(1, false);
    change('c', 'x', 'a', 'b');
    await rows.retryRead();
    expect(navigation.active()).toBe(3);
    press('Enter');
    expect(opened).toEqual(['b']);
    press('k');
    press('Enter');
    expect(opened).toEqual(['b', 'a']);
  });

  it('is none if its target is no longer in the list', async () => {
    const { rows, navigation, change } = given('a', 'b', 'c');
    await rows.readList(WORST_FIRST);
    navigation.openRow(1, false);
    change('a', 'c');
    await rows.retryRead();
    expect([navigation.active(), navigation.shownActive()]).toEqual([-1, 0]);
  });

  it('may be chosen before its page is loaded', async () => {
    const { rows, navigation, change } = given('a', 'b');
    await rows.readList(WORST_FIRST);
    navigation.active.set(7);
    change('a', 'b', 'c');
    await rows.retryRead();
    expect(navigation.active()).toBe(2);
  });
});
