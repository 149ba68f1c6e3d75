import { elapsedMs, type Moment, momentNow } from '@icmp-mon/platform/ui-kit';

/** A tab that receives no reply to its `hello` for one to two times this long becomes the leader, ms. */
const ANSWER_MS = 300;
const BEAT_MS = 2_000;
/** From this long without a message, the leader counts as crashed or frozen by the browser, ms. */
const SILENT_MS = 7_000;
/** Random delay before followers of a leader that left claim leadership, ms, so that not all claim at the same time. */
const JITTER_MS = 150;
/** Followers repeat their requests at this interval, and are removed after `FORGOTTEN_MS` without one: hidden tabs run once per minute. */
const WANT_AGAIN_MS = 30_000;
const FORGOTTEN_MS = 150_000;

/** Messages between tabs. Of two leaders the higher term wins; for equal terms the lower name. */
export type TabMessage =
  | { kind: 'hello'; from: string }
  | { kind: 'lead'; from: string; term: number; state?: unknown }
  | { kind: 'want'; from: string; want: string | null }
  | { kind: 'news'; from: string; term: number; news: unknown }
  | { kind: 'bye'; from: string };

/** A channel to all other tabs of the browser. */
export interface TabChannel {
  postMessage(message: TabMessage): void;
  listenForMessages(take: (message: TabMessage) => void): void;
  close(): void;
}

export interface TabRole {
  /** This tab became the leader. */
  onLeading(): void;
  /** Another tab became the leader. */
  onFollowing(): void;
  /** Leader only: the requests of the tabs changed. */
  onWanted(all: readonly string[]): void;
  /** Follower only: receives news from the leader, or its snapshot after this tab joined. */
  onNews(news: unknown): void;
  /** Leader only: returns the snapshot for a tab that joins. */
  snapshotFor(): unknown;
}

/**
 * Leader election among the tabs of one browser:
 *
 *   hello ──▶ (lead with state) ──▶ follow ──▶ (bye, or silence) ──▶ lead, with a higher term
 *         └─▶ (nothing) ─────────▶ lead ─────▶ (a higher lead) ────▶ follow
 *
 * - One leader: the higher term wins, for equal terms the lower name; an outranked leader becomes a follower. Two tabs may lead for an
 *   instant, until they receive each other's messages; followers may then receive news twice.
 * - Liveness: the leader sends a heartbeat every second; after 7 s of silence, or 150 ms after its `bye`, a follower claims the next term.
 * - Requests follow the leader: followers repeat them to a new leader, and every 30 s; after 150 s of silence the leader drops them.
 * - No dependency on a secure context, unlike the Web Locks API.
 */
export class TabGroup {
  private term = 0;
  private leader: string | null = null;
  private heard: Moment = momentNow();
  private timer: ReturnType<typeof setInterval> | undefined;
  private claiming: ReturnType<typeof setTimeout> | undefined;
  private want: string | null = null;
  private saidWant: Moment = momentNow();
  private readonly wants = new Map<string, { want: string; at: Moment }>();

  constructor(
    private readonly name: string,
    private readonly channel: TabChannel,
    private readonly role: TabRole,
    private readonly chance: () => number = Math.random,
  ) {}

  get leads(): boolean {
    return this.leader === this.name;
  }

  joinGroup(): void {
    this.heard = momentNow();
    this.channel.listenForMessages((message) => this.receiveMessage(message));
    this.postToTabs({ kind: 'hello', from: this.name });
    this.claimIn(ANSWER_MS * (1 + this.chance()));
    this.timer = setInterval(() => this.sendHeartbeat(), BEAT_MS / 2);
  }

  leaveGroup(): void {
    clearInterval(this.timer);
    clearTimeout(this.claiming);
    this.postToTabs({ kind: 'bye', from: this.name });
    this.channel.close();
    this.leader = null;
  }

  /** Requests something from the leader in addition to the news for all tabs; null for nothing. */
  requestFromLeader(want: string | null): void {
    this.want = want;
    if (this.leads) this.role.onWanted(this.allWants());
    else this.sayWant();
  }

  /** Leader only: sends news to all other tabs. */
  passNews(news: unknown): void {
    if (this.leads) this.postToTabs({ kind: 'news', from: this.name, term: this.term, news });
  }

  private postToTabs(message: TabMessage): void {
    this.channel.postMessage(message);
  }

  private sayWant(): void {
    this.saidWant = momentNow();
    this.postToTabs({ kind: 'want', from: this.name, want: this.want });
  }

  private receiveMessage(message: TabMessage): void {
    switch (message.kind) {
      case 'hello':
        if (this.leads)
          this.postToTabs({ kind: 'lead', from: this.name, term: this.term, state: this.role.snapshotFor() });
        return;
      case 'want':
        return this.recordWant(message.from, message.want);
      case 'bye':
        this.recordWant(message.from, null);
        if (message.from === this.leader) this.claimIn(JITTER_MS * this.chance());
        return;
      case 'lead':
      case 'news':
        return this.receiveFromLeader(message);
    }
  }

  private receiveFromLeader(message: Extract<TabMessage, { kind: 'lead' | 'news' }>): void {
    const { from, term } = message;
    const outranked = term < this.term || (term === this.term && this.leader !== null && this.leader < from);
    if (outranked) {
      if (this.leads) this.postToTabs({ kind: 'lead', from: this.name, term: this.term });
      return;
    }
    this.heard = momentNow();
    this.term = term;
    clearTimeout(this.claiming);
    if (this.leader !== from) {
      this.leader = from;
      this.wants.clear();
      this.role.onFollowing();
      this.sayWant();
    }
    const news = message.kind === 'news' ? message.news : message.state;
    if (news !== undefined) this.role.onNews(news);
  }

  private recordWant(tab: string, want: string | null): void {
    if (want === null) this.wants.delete(tab);
    else this.wants.set(tab, { want, at: momentNow() });
    if (this.leads) this.role.onWanted(this.allWants());
  }

  private allWants(): string[] {
    const others = [...this.wants.values()].map(({ want }) => want);
    return [...new Set(this.want === null ? others : [this.want, ...others])];
  }

  private claimIn(ms: number): void {
    clearTimeout(this.claiming);
    this.claiming = setTimeout(() => this.claim(), ms);
  }

  private claim(): void {
    if (this.leads) return;
    this.term += 1;
    this.leader = this.name;
    this.postToTabs({ kind: 'lead', from: this.name, term: this.term });
    this.role.onLeading();
    this.role.onWanted(this.allWants());
  }

  private sendHeartbeat(): void {
    if (this.leads) {
      this.forgetTabs();
      this.postToTabs({ kind: 'lead', from: this.name, term: this.term });
    } else if (elapsedMs(this.heard) > SILENT_MS) {
      this.claim();
    } else if (this.want !== null && elapsedMs(this.saidWant) > WANT_AGAIN_MS) {
      this.sayWant();
    }
  }

  private forgetTabs(): void {
    const gone = [...this.wants].filter(([, { at }]) => elapsedMs(at) > FORGOTTEN_MS);
    for (const [tab] of gone) this.wants.delete(tab);
    if (gone.length > 0) this.role.onWanted(this.allWants());
  }
}
