import { elapsedMs, type Moment, momentNow } from '@icmp-mon/platform/ui-kit';

/** A tab that is alone hears nothing for this long and leads. */
const ANSWER_MS = 300;
const BEAT_MS = 2_000;
/** A leader that says nothing for this long has crashed, or the browser froze it. */
const SILENT_MS = 7_000;
/** After a leader said goodbye, followers wait up to this long so that not all of them begin at once. */
const JITTER_MS = 150;
/** Followers say again what they want this often, and are forgotten when they do not for longer: hidden tabs wake once a minute. */
const WANT_AGAIN_MS = 30_000;
const FORGOTTEN_MS = 150_000;

/** What tabs tell each other. Leaders are compared by term, then by name: the higher term leads, of equal ones the lower name. */
export type TabMessage =
  | { kind: 'hello'; from: string }
  | { kind: 'lead'; from: string; term: number; state?: unknown }
  | { kind: 'want'; from: string; want: string | null }
  | { kind: 'news'; from: string; term: number; news: unknown }
  | { kind: 'bye'; from: string };

/** A way to all other tabs of the browser. */
export interface TabChannel {
  post(message: TabMessage): void;
  listen(take: (message: TabMessage) => void): void;
  close(): void;
}

export interface TabRole {
  /** This tab is to do the work for all. */
  lead(): void;
  /** Another tab does it. */
  follow(): void;
  /** While leading: what the tabs want has changed. */
  wanted(all: readonly string[]): void;
  /** While following: what the leader passed on, or how things stood when this tab came. */
  news(news: unknown): void;
  /** While leading: how things stand, for a tab that comes. */
  state(): unknown;
}

/**
 * The tabs of one browser, of which exactly one leads:
 *
 *   hello ──▶ (lead with state) ──▶ follow ──▶ (bye, or silence) ──▶ lead, with a higher term
 *         └─▶ (nothing) ─────────▶ lead ─────▶ (a higher lead) ────▶ follow
 *
 * Two may lead for an instant, until they hear each other; what they pass on may then come twice. Works without a secure context.
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

  join(): void {
    this.heard = momentNow();
    this.channel.listen((message) => this.receive(message));
    this.say({ kind: 'hello', from: this.name });
    this.claimIn(ANSWER_MS * (1 + this.chance()));
    this.timer = setInterval(() => this.beat(), BEAT_MS / 2);
  }

  leave(): void {
    clearInterval(this.timer);
    clearTimeout(this.claiming);
    this.say({ kind: 'bye', from: this.name });
    this.channel.close();
    this.leader = null;
  }

  /** What this tab wants of the leader, beside what all get. */
  ask(want: string | null): void {
    this.want = want;
    if (this.leads) this.role.wanted(this.allWants());
    else this.sayWant();
  }

  /** While leading: passes something on to all other tabs. */
  pass(news: unknown): void {
    if (this.leads) this.say({ kind: 'news', from: this.name, term: this.term, news });
  }

  private say(message: TabMessage): void {
    this.channel.post(message);
  }

  private sayWant(): void {
    this.saidWant = momentNow();
    this.say({ kind: 'want', from: this.name, want: this.want });
  }

  private receive(message: TabMessage): void {
    switch (message.kind) {
      case 'hello':
        if (this.leads) this.say({ kind: 'lead', from: this.name, term: this.term, state: this.role.state() });
        return;
      case 'want':
        return this.note(message.from, message.want);
      case 'bye':
        this.note(message.from, null);
        if (message.from === this.leader) this.claimIn(JITTER_MS * this.chance());
        return;
      case 'lead':
      case 'news':
        return this.hear(message);
    }
  }

  private hear(message: Extract<TabMessage, { kind: 'lead' | 'news' }>): void {
    const { from, term } = message;
    const outranked = term < this.term || (term === this.term && this.leader !== null && this.leader < from);
    if (outranked) {
      if (this.leads) this.say({ kind: 'lead', from: this.name, term: this.term });
      return;
    }
    this.heard = momentNow();
    this.term = term;
    clearTimeout(this.claiming);
    if (this.leader !== from) {
      this.leader = from;
      this.wants.clear();
      this.role.follow();
      this.sayWant();
    }
    const news = message.kind === 'news' ? message.news : message.state;
    if (news !== undefined) this.role.news(news);
  }

  private note(tab: string, want: string | null): void {
    if (want === null) this.wants.delete(tab);
    else this.wants.set(tab, { want, at: momentNow() });
    if (this.leads) this.role.wanted(this.allWants());
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
    this.say({ kind: 'lead', from: this.name, term: this.term });
    this.role.lead();
    this.role.wanted(this.allWants());
  }

  private beat(): void {
    if (this.leads) {
      this.forgetTabs();
      this.say({ kind: 'lead', from: this.name, term: this.term });
    } else if (elapsedMs(this.heard) > SILENT_MS) {
      this.claim();
    } else if (this.want !== null && elapsedMs(this.saidWant) > WANT_AGAIN_MS) {
      this.sayWant();
    }
  }

  private forgetTabs(): void {
    const gone = [...this.wants].filter(([, { at }]) => elapsedMs(at) > FORGOTTEN_MS);
    for (const [tab] of gone) this.wants.delete(tab);
    if (gone.length > 0) this.role.wanted(this.allWants());
  }
}
