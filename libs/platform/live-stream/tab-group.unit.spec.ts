// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TabGroup, type TabMessage } from './tab-group';

/** The tabs of one browser: each receives the messages of the others. */
class Browser {
  readonly tabs = new Map<string, Tab>();

  open(name: string, chance = 0.5): Tab {
    const tab = new Tab(this, name, chance);
    this.tabs.set(name, tab);
    tab.group.joinGroup();
    return tab;
  }

  post(from: string, message: TabMessage): void {
    for (const [name, tab] of this.tabs)
      if (name !== from && !tab.frozen) queueMicrotask(() => tab.take?.(structuredClone(message)));
  }

  leaders(): string[] {
    return [...this.tabs.values()].filter(({ group }) => group.leads).map(({ name }) => name);
  }
}

class Tab {
  readonly heard: unknown[] = [];
  wanted: readonly string[] = [];
  frozen = false;
  take: ((message: TabMessage) => void) | null = null;
  readonly group: TabGroup;

  constructor(
    private readonly browser: Browser,
    readonly name: string,
    chance: number,
  ) {
    const channel = {
      postMessage: (message: TabMessage) => this.browser.post(name, message),
      listenForMessages: (take: (message: TabMessage) => void) => void (this.take = take),
      close: () => void (this.take = null),
    };
    const role = {
      onLeading: () => undefined,
      onFollowing: () => undefined,
      onWanted: (all: readonly string[]) => void (this.wanted = all),
      onNews: (news: unknown) => void this.heard.push(news),
      snapshotFor: () => `state of ${name}`,
    };
    this.group = new TabGroup(name, channel, role, () => chance);
  }

  close(): void {
    this.group.leaveGroup();
    this.browser.tabs.delete(this.name);
  }
}

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    }),
);
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the tabs of a browser', () => {
  it('elect one leader, even when ten join at the same time', async () => {
    const browser = new Browser();
    for (let n = 0; n < 10; n++) browser.open(`tab-${n}`);
    await pass(1_000);
    expect(browser.leaders()).toEqual(['tab-0']);
    await pass(60_000);
    expect(browser.leaders()).toEqual(['tab-0']);
  });

  it('send a snapshot to a tab that joins, and pass on news of the leader only', async () => {
    const browser = new Browser();
    const first = browser.open('b');
    await pass(1_000);
    const second = browser.open('a');
    await pass(1_000);
    expect(browser.leaders()).toEqual(['b']);
    expect(second.heard).toEqual(['state of b']);
    first.group.passNews('news');
    second.group.passNews('not of the leader');
    await pass(0);
    expect(second.heard).toEqual(['state of b', 'news']);
    expect(first.heard).toEqual([]);
  });

  it('elect another leader soon after the leader was closed', async () => {
    const browser = new Browser();
    const first = browser.open('a');
    for (const name of ['b', 'c', 'd']) browser.open(name);
    await pass(1_000);
    first.close();
    await pass(200);
    expect(browser.leaders()).toEqual(['b']);
  });

  it('elect another leader when the leader crashed or was frozen; when it resumes, it follows', async () => {
    const browser = new Browser();
    const first = browser.open('a');
    for (const name of ['b', 'c']) browser.open(name);
    await pass(1_000);
    first.frozen = true;
    vi.spyOn(browser, 'post').mockImplementation((from, message) => {
      if (from !== 'a') Browser.prototype.post.call(browser, from, message);
    });
    await pass(12_000);
    expect(browser.leaders()).toEqual(['a', 'b']);
    vi.restoreAllMocks();
    first.frozen = false;
    await pass(4_000);
    expect(browser.leaders()).toEqual(['b']);
  });

  it('get their requests served by every leader', async () => {
    const browser = new Browser();
    const tabs = ['a', 'b', 'c'].map((name) => browser.open(name));
    await pass(1_000);
    tabs[0]?.group.requestFromLeader('target 1');
    tabs[1]?.group.requestFromLeader('target 2');
    tabs[2]?.group.requestFromLeader('target 2');
    await pass(0);
    expect(tabs[0]?.wanted).toEqual(['target 1', 'target 2']);
    tabs[0]?.close();
    await pass(1_000);
    expect(browser.leaders()).toEqual(['b']);
    expect(tabs[1]?.wanted).toEqual(['target 2']);
    tabs[2]?.group.requestFromLeader('target 3');
    await pass(0);
    expect(tabs[1]?.wanted).toEqual(['target 2', 'target 3']);
    tabs[2]?.group.requestFromLeader(null);
    await pass(0);
    expect(tabs[1]?.wanted).toEqual(['target 2']);
  });

  it('drop the request of a tab that crashed', async () => {
    const browser = new Browser();
    const [first, second] = [browser.open('a'), browser.open('b')];
    await pass(1_000);
    second.group.requestFromLeader('target 1');
    await pass(120_000);
    expect(first.wanted).toEqual(['target 1']);
    browser.tabs.delete('b');
    vi.spyOn(browser, 'post').mockImplementation((from, message) => {
      if (from !== 'b') Browser.prototype.post.call(browser, from, message);
    });
    await pass(200_000);
    expect(first.wanted).toEqual([]);
  });
});
