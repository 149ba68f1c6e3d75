import { OUTCOME } from '@icmp-mon/probing/contract';
import { FpingLine } from './fping-line';
import { readFpingNotice } from './fping-notice';
import { LineSplitter } from './line-splitter';
import type { OnResult, ProbeSlice } from './executor';

const CLOCK_DISTANCE_MS_MAX = 5_000;
const COMPLAINTS_MAX = 4;

/** Matches fping's output to the targets that were asked: one result each, and nothing for anybody else. */
export class SliceTally {
  readonly complaints: string[] = [];
  private foreignLines = 0;
  private readonly first = new Map<string, number>();
  /** The next target with the same address, -1 at the end. */
  private readonly next: Int32Array;
  private readonly settled: Uint8Array;
  private readonly unreachable = new Set<string>();
  /** Addresses that fping's summary names as asked and not answered, and how often. */
  private readonly unanswered = new Map<string, number>();
  private readonly line = new FpingLine();
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
      const ip = slice.ips[index] ?? '';
      this.next[index] = this.first.get(ip) ?? -1;
      this.first.set(ip, index);
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
    this.slice.ips.forEach((ip, index) => {
      if (this.settled[index] === 1) return;
      const count = this.unanswered.get(ip) ?? 0;
      if (count === 0) return;
      this.unanswered.set(ip, count - 1);
      this.settle(index, this.startedAtMs + index * this.slice.spacingMs, OUTCOME.not_sent, 0);
    });
  }

  private readOutput(bytes: Uint8Array, start: number, end: number): void {
    const { line } = this;
    const index = line.read(bytes, start, end) ? this.nextUnsettled(line.ip) : -1;
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
    else this.settle(index, atMs - this.slice.timeoutMs, this.missOf(line.ip), 0);
  }

  private readError(bytes: Uint8Array, start: number, end: number): void {
    const notice = readFpingNotice(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
    if (notice.kind === 'complaint') {
      if (this.complaints.length < COMPLAINTS_MAX) this.complaints.push(notice.text);
    } else if (notice.kind !== 'nothing' && this.first.has(notice.ip)) {
      if (notice.kind === 'unreachable') this.unreachable.add(notice.ip);
      else if (!notice.replied) this.unanswered.set(notice.ip, (this.unanswered.get(notice.ip) ?? 0) + 1);
    }
  }

  private missOf(ip: string): number {
    return this.unreachable.has(ip) ? OUTCOME.unreachable : OUTCOME.timeout;
  }

  private nextUnsettled(ip: string): number {
    let index = this.first.get(ip) ?? -1;
    while (index !== -1 && this.settled[index] === 1) index = this.next[index] ?? -1;
    return index;
  }

  private settle(index: number, sentAtMs: number, outcome: number, rttUs: number): void {
    this.settled[index] = 1;
    this.onResult(index, sentAtMs, outcome, rttUs);
  }
}
