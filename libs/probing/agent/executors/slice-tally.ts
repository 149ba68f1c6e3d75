import { OUTCOME } from '@icmp-mon/probing/contract';
import type { AddressFamily } from './address-family';
import { AddressIndex } from './address-index';
import type { AddressKey } from './byte-cursor';
import type { OnResult } from './executor';
import { FpingLine } from './fping-line';
import { FpingSummary, readFpingNotice } from './fping-notice';
import { HeldMisses } from './held-misses';
import { LineSplitter } from './line-splitter';

const CLOCK_DISTANCE_MS_MAX = 5_000;
const COMPLAINTS_MAX = 4;

export interface TallyOptions {
  /** In the order in which they are asked: an own address of each family first (`canaries` many), then the slice's targets. */
  asked: readonly string[];
  canaries: number;
  spacingMs: number;
  timeoutMs: number;
  onResult: OnResult;
  /** Whether fping ran and received all its packets between two instants: only then a timeout is a miss. */
  listened: (fromMs: number, toMs: number) => boolean;
  /** Whether the wall clock, by which fping measures, was not set between two instants. */
  clockHeld: (fromMs: number, toMs: number) => boolean;
  nowMs: () => number;
}

/**
 * What the slice's end says of a family of addresses. `deaf`: fping heard no reply and no ICMP error, so its timeouts mean
 * nothing; `unavailable`: it did not even try, because it has no socket; `silent`: it says nothing of this family.
 */
export type FamilyState = 'heard' | 'deaf' | 'unavailable' | 'silent';

/**
 * Matches fping's output to the targets that were asked: one result each, and nothing for anybody else.
 *
 * - A reply counts when it comes from the address that was asked. Another one uses up the probe: fping takes no second reply, so there is no data.
 *   There is no data either if the clock was set during the round trip, because fping's figure is wrong by that step.
 * - A miss counts when fping could hear: it heard the canary, or any target, of the same family, and listened during the whole wait. Until that is known
 *   it is held back (`HeldMisses`), for 100 ms at least: fping that was late may print the timeout first and then the reply.
 */
export class SliceTally {
  readonly complaints: string[] = [];
  /** Replies that came from another address than the one that was asked. */
  foreignReplies = 0;
  /** The last of them: `10.0.0.9 for 10.0.0.1`. */
  foreignExample = '';
  private foreignLines = 0;
  private readonly asked: AddressIndex;
  private readonly held: HeldMisses;
  private readonly unreachable = new Set<AddressKey>();
  private readonly heard: Record<AddressFamily, boolean> = { ipv4: false, ipv6: false };
  private readonly missed: Record<AddressFamily, boolean> = { ipv4: false, ipv6: false };
  private readonly unavailable: Record<AddressFamily, boolean> = { ipv4: false, ipv6: false };
  /** Addresses that fping's summary names as not answered, and how often. */
  private readonly unanswered = new Map<AddressKey, number>();
  private readonly line = new FpingLine();
  private readonly summary = new FpingSummary();
  private readonly lines = new LineSplitter((bytes, from, to) => this.readLine(bytes, from, to));
  private readonly startedAtMs: number;

  constructor(private readonly options: TallyOptions) {
    this.startedAtMs = options.nowMs();
    this.asked = new AddressIndex(options.asked);
    this.held = new HeldMisses({
      canCount: (address, sentAtMs, atMs) => this.heard[familyOfKey(address)] && options.listened(sentAtMs, atMs),
      canWait: (address) => !this.heard[familyOfKey(address)],
      settle: (index, address, sentAtMs) => this.emit(index, sentAtMs, this.missOf(address), 0),
    });
  }

  /** Lines that were cut, doubled, or about an address that was not asked. */
  get droppedLines(): number {
    return this.foreignLines + this.lines.dropped;
  }

  familyState(family: AddressFamily): FamilyState {
    if (this.heard[family]) return 'heard';
    if (this.unavailable[family]) return 'unavailable';
    return this.missed[family] ? 'deaf' : 'silent';
  }

  /** Takes what fping has printed on both of its streams since the last look, and settles the misses of the look before. */
  push(read: (take: (chunk: Uint8Array) => void) => void): void {
    const before = this.held.mark();
    read((chunk) => this.lines.push(chunk));
    this.held.settle(before);
  }

  /**
   * The process has ended. By itself: a target that its summary names, but for which it has printed neither a reply nor a
   * timeout, never left the machine; without that summary there is no data.
   */
  finish(endedByItself: boolean): void {
    this.lines.end();
    this.held.settleAll();
    if (!endedByItself) return;
    const { spacingMs } = this.options;
    for (const [address, count] of this.unanswered) {
      for (let left = count; left > 0; left--) {
        const index = this.asked.takeOpen(address);
        if (index === -1) break;
        this.emit(index, this.startedAtMs + index * spacingMs, OUTCOME.not_sent, 0);
      }
    }
  }

  private readLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.line.read(bytes, start, end)) return this.takeLine(this.line);
    const from = FpingLine.skipSources(bytes, start, end);
    if (this.summary.read(bytes, from, end)) return this.takeSummary(this.summary);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1');
    const notice = readFpingNotice(text);
    if (notice.kind === 'complaint') this.complain(notice.text);
    else if (notice.kind === 'unreachable' && this.asked.has(notice.address)) {
      this.unreachable.add(notice.address);
      this.heard[familyOfKey(notice.address)] = true;
    }
  }

  private complain(text: string): void {
    this.foreignLines++;
    if (this.complaints.length < COMPLAINTS_MAX) this.complaints.push(text);
  }

  private takeLine({ address, source, replied, rttUs, atMs }: FpingLine): void {
    const { timeoutMs } = this.options;
    const atOrNowMs = this.believableMs(atMs);
    if (!replied) {
      const index = this.asked.takeOpen(address);
      if (index === -1) {
        this.foreignLines++;
        return;
      }
      this.missed[familyOfKey(address)] = true;
      this.held.add(index, address, atOrNowMs - timeoutMs, atOrNowMs);
      return;
    }
    const open = this.asked.takeOpen(address);
    const index = open === -1 ? this.held.take(address) : open;
    if (index === -1) {
      this.foreignLines++;
      return;
    }
    if (source !== '' && source !== address) return this.noteForeign(source, address);
    this.heard[familyOfKey(address)] = true;
    const sentAtMs = atOrNowMs - rttUs / 1000;
    if (!this.options.clockHeld(sentAtMs, atOrNowMs)) return;
    if (rttUs <= timeoutMs * 1000) this.emit(index, sentAtMs, OUTCOME.reply, rttUs);
    else this.held.add(index, address, sentAtMs, atOrNowMs);
  }

  /** fping's clock is this machine's, unless ours is being moved: then ours decides, as for everything else. */
  private believableMs(atMs: number): number {
    const nowMs = this.options.nowMs();
    const isOfThisSlice = atMs >= this.startedAtMs - CLOCK_DISTANCE_MS_MAX && atMs <= nowMs + CLOCK_DISTANCE_MS_MAX;
    return isOfThisSlice ? atMs : nowMs;
  }

  private noteForeign(source: AddressKey, address: AddressKey): void {
    this.foreignReplies++;
    this.foreignExample = `${addressText(source)} for ${addressText(address)}`;
  }

  private takeSummary({ address, sent, received }: FpingSummary): void {
    if (received > 0 || !this.asked.has(address)) return;
    if (sent === 0) this.unavailable[familyOfKey(address)] = true;
    this.unanswered.set(address, (this.unanswered.get(address) ?? 0) + 1);
  }

  private missOf(address: AddressKey): number {
    return this.unreachable.has(address) ? OUTCOME.unreachable : OUTCOME.timeout;
  }

  private emit(index: number, sentAtMs: number, outcome: number, rttUs: number): void {
    const { canaries, onResult } = this.options;
    if (index >= canaries) onResult(index - canaries, sentAtMs, outcome, rttUs);
  }
}

function familyOfKey(address: AddressKey): AddressFamily {
  return typeof address === 'number' ? 'ipv4' : 'ipv6';
}

function addressText(address: AddressKey): string {
  return typeof address === 'string' ? address : [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join('.');
}
