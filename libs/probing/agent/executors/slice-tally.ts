import type { NotBelieved } from '@icmp-mon/agents/contract';
import { type DisbeliefReason, OUTCOME } from '@icmp-mon/probing/contract';
import type { AddressFamily } from './address-family';
import { AddressIndex } from './address-index';
import { type AddressKey, addressText, familyOfKey } from './byte-cursor';
import { FpingLine } from './fping-line';
import { FpingSummary, readFpingNotice } from './fping-notice';
import { HeldMisses } from './held-misses';
import { LineSplitter } from './line-splitter';
import { addNotBelieved } from './not-believed';
import type { FamilyState, TallyOptions } from './tally-options';
import { UnsentPackets } from './unsent-packets';

const CLOCK_DISTANCE_MS_MAX = 5_000;
const COMPLAINTS_MAX = 4;

export type { FamilyState, TallyOptions };

/**
 * Matches fping's output to the probed targets: at most one result per packet of a target, and none for other addresses.
 *
 * - Reply proof: a reply counts if it came from the probed address. A reply from elsewhere uses up the probe, because fping accepts no
 *   second one, so the target has no data. The same holds if the clock was set during the round trip: fping's figure is then wrong by that step.
 * - Miss proof: a timeout counts if fping could receive: it received something from the canary or any target of the same family, and
 *   listened during the whole wait. Until that is known the miss is held back (`HeldMisses`), for at least 100 ms: a late fping may print
 *   the timeout first and then the reply.
 */
export class SliceTally {
  readonly complaints: string[] = [];
  /** Replies from an address other than the probed one. */
  foreignReplies = 0;
  /** The last of them, as `10.0.0.9 for 10.0.0.1`. */
  foreignExample = '';
  /** Measurements of this slice that are not believed, by reason. */
  readonly notBelieved: NotBelieved = {};
  private foreignLines = 0;
  /** Packets of the slice that the kernel refused to send. */
  notSent = 0;
  private readonly packets: number;
  private readonly asked: AddressIndex;
  readonly held: HeldMisses;
  private readonly unreachable = new Set<AddressKey>();
  private readonly heard: Record<AddressFamily, boolean> = { ipv4: false, ipv6: false };
  private readonly missed: Record<AddressFamily, boolean> = { ipv4: false, ipv6: false };
  private readonly unavailable: Record<AddressFamily, boolean> = { ipv4: false, ipv6: false };
  private readonly unsent: UnsentPackets;
  private readonly line = new FpingLine();
  private readonly summary = new FpingSummary();
  private readonly lines = new LineSplitter((bytes, from, to) => this.readLine(bytes, from, to));
  private readonly startedAtMs: number;

  constructor(private readonly options: TallyOptions) {
    this.startedAtMs = options.nowMs();
    this.packets = options.packets ?? 1;
    this.asked = new AddressIndex(options.asked, this.packets);
    this.unsent = new UnsentPackets(this.packets);
    this.held = new HeldMisses({
      targets: options.asked.length,
      canCount: (address, sentAtMs, atMs) => this.heard[familyOfKey(address)] && options.listened(sentAtMs, atMs),
      canWait: (address) => !this.heard[familyOfKey(address)],
      settle: (index, address, sentAtMs) => this.emit(index, sentAtMs, this.missOf(address), 0),
      discard: (...miss) => this.discardMiss(...miss),
    });
  }

  /** Lines that were truncated, duplicate, or about an address that was not probed. */
  get droppedLines(): number {
    return this.foreignLines + this.lines.dropped;
  }

  /** Whether fping has done nothing but complain: it did not accept its arguments, for example. */
  get didNothing(): boolean {
    return !this.unsent.hasSummary && this.complaints.length > 0;
  }

  familyState(family: AddressFamily): FamilyState {
    if (this.heard[family]) return 'heard';
    if (this.unavailable[family]) return 'unavailable';
    return this.missed[family] ? 'deaf' : 'silent';
  }

  /** Reads what fping has printed on both streams since the last call, and settles the misses of the previous call. */
  readStreams(read: (take: (chunk: Uint8Array) => void) => void): void {
    const before = this.held.lastHeld();
    read((chunk) => this.lines.pushChunk(chunk));
    this.held.settleUpTo(before);
  }

  /**
   * Ends the slice. If the process exited by itself, a packet of a target in its summary for which it printed neither a reply nor a timeout was
   * never sent; without the summary it has no data.
   */
  finishSlice(endedByItself: boolean): void {
    this.lines.endStream();
    this.held.settleAll();
    if (!endedByItself) return;
    this.unsent.takeAll(this.asked, (index, address) => this.emitUnsent(index, address));
  }

  private emitUnsent(index: number, address: AddressKey): void {
    const { asked, spacingMs, isTooBig } = this.options;
    const sentAtMs = this.startedAtMs + (index % asked.length) * spacingMs;
    if (isTooBig?.(address) === true) return this.emit(index, sentAtMs, OUTCOME.unreachable, 0);
    this.notSent++;
    this.emit(index, sentAtMs, OUTCOME.not_sent, 0);
  }

  private readLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.line.parseLine(bytes, start, end)) return this.takeLine(this.line);
    const from = FpingLine.skipSources(bytes, start, end);
    if (this.summary.parseSummary(bytes, from, end)) return this.takeSummary(this.summary);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).toString('latin1');
    const notice = readFpingNotice(text);
    if (notice.kind === 'duplicate') {
      if (this.asked.has(notice.address)) addNotBelieved(this.notBelieved, 'duplicate_reply');
    } else if (notice.kind === 'complaint') this.complain(notice.text);
    else if (notice.kind === 'unreachable' && this.asked.has(notice.address)) {
      this.unreachable.add(notice.address);
      if (notice.isTooBig) this.options.onTooBig?.(notice.address);
      this.heard[familyOfKey(notice.address)] = true;
    }
  }

  private complain(text: string): void {
    this.foreignLines++;
    if (this.complaints.length < COMPLAINTS_MAX) this.complaints.push(text);
  }

  private takeLine({ address, source, packet, replied, rttUs, atMs }: FpingLine): void {
    const { timeoutMs } = this.options;
    const atOrNowMs = this.believableMs(atMs);
    if (!replied) {
      const index = this.asked.takeOpen(address, packet);
      if (index === -1) return void this.foreignLines++;
      this.missed[familyOfKey(address)] = true;
      this.held.add(index, address, atOrNowMs - timeoutMs, atOrNowMs);
      return;
    }
    const open = this.asked.takeOpen(address, packet);
    const index = open === -1 ? this.held.takeMiss(address, packet) : open;
    if (index === -1) return this.dropReply(address, rttUs);
    const sentAtMs = atOrNowMs - rttUs / 1000;
    if (source !== '' && source !== address) return this.noteForeign(index, source, address, sentAtMs);
    this.heard[familyOfKey(address)] = true;
    if (!this.options.clockHeld(sentAtMs, atOrNowMs)) return this.disbelieve(index, 'clock_set', sentAtMs);
    if (rttUs <= timeoutMs * 1000) return this.emit(index, sentAtMs, OUTCOME.reply, rttUs);
    this.disbelieve(index, 'late_reply', sentAtMs);
    this.held.add(index, address, sentAtMs, atOrNowMs);
  }

  /** Drops a reply to a probe whose result is known. */
  private dropReply(address: AddressKey, rttUs: number): void {
    this.foreignLines++;
    const isLate = rttUs > this.options.timeoutMs * 1_000;
    if (this.asked.has(address)) addNotBelieved(this.notBelieved, isLate ? 'late_reply' : 'duplicate_reply');
  }

  /** Returns fping's time if it is plausible. While the clock is being set, this process's present time is used, as everywhere else. */
  private believableMs(atMs: number): number {
    const nowMs = this.options.nowMs();
    const isOfThisSlice = atMs >= this.startedAtMs - CLOCK_DISTANCE_MS_MAX && atMs <= nowMs + CLOCK_DISTANCE_MS_MAX;
    return isOfThisSlice ? atMs : nowMs;
  }

  private noteForeign(index: number, source: AddressKey, address: AddressKey, sentAtMs: number): void {
    this.foreignReplies++;
    this.disbelieve(index, 'foreign_reply', sentAtMs);
    this.foreignExample = `${addressText(source)} for ${addressText(address)}`;
  }

  private takeSummary({ address, sent, received }: FpingSummary): void {
    this.unsent.hasSummary = true;
    if (received >= this.packets || !this.asked.has(address)) return;
    if (sent === 0) this.unavailable[familyOfKey(address)] = true;
    this.unsent.addIncomplete(address);
  }

  private discardMiss(index: number, address: AddressKey, sentAtMs: number, atMs: number): void {
    if (!this.heard[familyOfKey(address)]) return this.disbelieve(index, 'deaf', sentAtMs);
    this.disbelieve(index, this.options.whyNotListened?.(sentAtMs, atMs) ?? 'paused', sentAtMs);
  }

  /** Counts a measurement of a target; canaries are none. */
  private disbelieve(index: number, reason: DisbeliefReason | 'late_reply', sentAtMs: number): void {
    const { asked, canaries, onNoData } = this.options;
    const target = (index % asked.length) - canaries;
    if (target >= 0) addNotBelieved(this.notBelieved, reason);
    if (target >= 0 && reason !== 'late_reply') onNoData?.(target, sentAtMs, reason);
  }

  private missOf(address: AddressKey): number {
    return this.unreachable.has(address) ? OUTCOME.unreachable : OUTCOME.timeout;
  }

  private emit(index: number, sentAtMs: number, outcome: number, rttUs: number): void {
    const { asked, canaries, onResult } = this.options;
    const target = this.packets === 1 ? index : index % asked.length;
    if (target >= canaries) onResult(target - canaries, sentAtMs, outcome, rttUs);
  }
}
