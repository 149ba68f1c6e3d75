import { OUTCOME } from '@icmp-mon/probing/contract';
import { type AddressKey, addressKeyOf } from './byte-cursor';
import { FpingLine } from './fping-line';
import { FpingSummary, readFpingNotice } from './fping-notice';
import { LineSplitter } from './line-splitter';
import type { OnResult, ProbeSlice } from './executor';

const CLOCK_DISTANCE_MS_MAX = 5_000;
const COMPLAINTS_MAX = 4;

/** Matches fping's output to the targets that were asked: one result each, and nothing for anybody else. */
export class SliceTally {
  readonly complaints: string[] = [];
  private foreignLines = 0;
  private readonly first = new Map<AddressKey, number>();
  /** The next target with the same address, -1 at the end. */
  private readonly next: Int32Array;
  private readonly settled: Uint8Array;
  private readonly unreachable = new Set<AddressKey>();
  /** Addresses that fping's summary names as asked and not answered, and how often. */
  private readonly unanswered = new Map<AddressKey, number>();
  private readonly line = new FpingLine();
  private readonly summary = new FpingSummary();
  private readonly output: LineSplitter;
  private readonly errors: LineSplitter;

  constructor(
    private readonly slice: ProbeSlice,
    private readonly onResult: OnResult,
    private readonly startedAtMs: number,
    private readonly nowMs: () => number,
  ) {
    this.next = new Int32Array(slice.ips.length).fill(-1);
    this.settled = new Uint8Array(slice.ips.length);
    for (let index = slice.ips.length - 1; index >= 0; index--) {
      const address = addressKeyOf(slice.ips[index] ?? '');
      this.next[index] = this.first.get(address) ?? -1;
      this.first.set(address, index);
    }
    this.output = new LineSplitter((bytes, from, to) => this.readOutput(bytes, from, to));
    this.errors = new LineSplitter((bytes, from, to) => this.readError(bytes, from, to));
  }

  /** Lines that were cut, doubled, or about an address that was not asked. */
  get droppedLines(): number {
    return this.foreignLines + this.output.dropped + this.errors.dropped;
  }

  pushOutput(chunk: Uint8Array): void {
    this.output.push(chunk);
  }

  pushErrors(chunk: Uint8Array): void {
    this.errors.push(chunk);
  }

  /**
   * The process has ended by itself: a target of which fping says that it was asked and not answered, but for which it
   * has printed neither a reply nor a timeout, never left the machine. Without that summary there is no data.
   */
  finish(): void {
    this.output.end();
    this.errors.end();
    if (this.unanswered.size === 0) return;
    this.slice.ips.forEach((ip, index) => {
      if (this.settled[index] === 1) return;
      const address = addressKeyOf(ip);
      const count = this.unanswered.get(address) ?? 0;
      if (count === 0) return;
      this.unanswered.set(address, count - 1);
      this.settle(index, this.startedAtMs + index * this.slice.spacingMs, OUTCOME.not_sent, 0);
    });
  }

  private readOutput(bytes: Uint8Array, start: number, end: number): void {
    const { line } = this;
    const index = line.read(bytes, start, end) ? this.nextUnsettled(line.address) : -1;
    if (index === -1) {
      this.foreignLines++;
      return;
    }
    // The executor's clock is this machine's, unless ours is being moved: then ours decides, as for everything else.
    const nowMs = this.nowMs();
    const atMs = Math.abs(nowMs - line.atMs) > CLOCK_DISTANCE_MS_MAX ? nowMs : line.atMs;
    const inTime = line.replied && line.rttUs <= this.slice.timeoutMs * 1000;
    if (inTime) this.settle(index, atMs - line.rttUs / 1000, OUTCOME.reply, line.rttUs);
    else if (line.replied) this.settle(index, atMs - line.rttUs / 1000, OUTCOME.timeout, 0);
    else this.settle(index, atMs - this.slice.timeoutMs, this.missOf(line.address), 0);
  }

  private readError(bytes: Uint8Array, start: number, end: number): void {
    const { summary } = this;
    if (summary.read(bytes, start, end)) return this.countUnanswered(summary);
    const notice = readFpingNotice(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
    if (notice.kind === 'complaint') {
      if (this.complaints.length < COMPLAINTS_MAX) this.complaints.push(notice.text);
    } else if (notice.kind === 'unreachable' && this.first.has(notice.address)) this.unreachable.add(notice.address);
  }

  private countUnanswered({ address, replied }: FpingSummary): void {
    if (replied || !this.first.has(address)) return;
    this.unanswered.set(address, (this.unanswered.get(address) ?? 0) + 1);
  }

  private missOf(address: AddressKey): number {
    return this.unreachable.has(address) ? OUTCOME.unreachable : OUTCOME.timeout;
  }

  private nextUnsettled(address: AddressKey): number {
    let index = this.first.get(address) ?? -1;
    while (index !== -1 && this.settled[index] === 1) index = this.next[index] ?? -1;
    return index;
  }

  private settle(index: number, sentAtMs: number, outcome: number, rttUs: number): void {
    this.settled[index] = 1;
    this.onResult(index, sentAtMs, outcome, rttUs);
  }
}
