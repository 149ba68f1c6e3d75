import { isIP } from 'node:net';
import { type Trace, TRACE_LIMITS, type TraceProbe } from '@icmp-mon/paths/contract';
import { LineSplitter } from '../executors/line-splitter';

/** Lines of mtr are shorter; an IPv6 address has at most 45 characters. */
const LINE_LENGTH_MAX = 64;
const SENT = /^x (\d{1,2}) (\d{1,5})$/;
const HOST = /^h (\d{1,2}) ([\da-f.:]{2,45})$/;
const ANSWER = /^p (\d{1,2}) (\d{1,8}) (\d{1,5})$/;
/** Names, MPLS labels and time stamps, which are not used. */
const IGNORED = /^[dmt] \d{1,2} /;
/** An answer is awaited this long, as by `-G 1`, in ms. */
export const ANSWER_WITHIN_MS = 1_000;
const US_PER_MS = 1_000;

interface SentProbe {
  round: number;
  hop: number;
  sentAtMs: number;
}

export interface MtrOutputOptions {
  target: string;
  startedAtMs: number;
  rounds: number;
  maxHops: number;
}

/**
 * Parses the output of `mtr --raw`, in chunks of any size:
 *
 *     x 3 33003             probe 33003 is sent, with hop limit 4
 *     h 3 192.0.2.9         from now on, answers of this hop come from this address
 *     p 3 20050 33003       probe 33003 is answered after 20050 us
 *
 * Never attributes an answer to an address of which it is not sure: after a damaged line, the address of each hop is unknown until mtr prints
 * it again, and answers without an address count as no data. Everything is bounded by rounds × hops.
 */
export class MtrOutput {
  /** Lines that are damaged, or about probes that were not sent. */
  droppedLines = 0;
  private readonly lines = new LineSplitter((bytes, start, end) => this.takeLine(bytes, start, end));
  private readonly rounds: TraceProbe[][] = [];
  private readonly sent = new Map<number, SentProbe>();
  private readonly addresses: string[] = [];
  private readonly indexes = new Map<string, number>();
  /** Address that answers at each hop. */
  private readonly hosts: (string | undefined)[] = [];
  private readonly family: number;
  private lastHop = Infinity;
  private sentRounds = 0;
  private nowMs = 0;
  private splitterDropped = 0;

  constructor(private readonly options: MtrOutputOptions) {
    this.family = isIP(options.target);
  }

  /** `nowMs` is a monotonic time. */
  pushChunk(chunk: Uint8Array, nowMs: number): void {
    this.nowMs = nowMs;
    this.lines.pushChunk(chunk);
    this.noteOverlongLines();
  }

  /** Returns what is known so far. */
  readTrace(): Trace {
    const { target, startedAtMs } = this.options;
    return { target, startedAtMs, addresses: [...this.addresses], rounds: this.rounds.map((round) => [...round]) };
  }

  /**
   * Ends the stream. Probes without an answer are lost; one that was awaited too briefly has no data: mtr waits 1 s after the last round, or did not
   * end by itself, and answers of its hop usually take longer.
   */
  finishTrace(nowMs: number, endedByItself: boolean): Trace {
    this.lines.endStream();
    this.noteOverlongLines();
    const usualMs = this.usualAnswersMs();
    for (const { round, hop, sentAtMs } of this.sent.values()) {
      const probes = this.rounds[round];
      if (probes?.[hop] !== 'waiting') continue;
      const neededMs = Math.max(endedByItself ? 0 : ANSWER_WITHIN_MS, usualMs[hop] ?? 0);
      probes[hop] = nowMs - sentAtMs >= neededMs ? 'lost' : null;
    }
    return this.readTrace();
  }

  /** Returns the median round trip of each hop. */
  private usualAnswersMs(): number[] {
    return Array.from({ length: this.options.maxHops }, (_, hop) => {
      const rttsUs = this.rounds.flatMap((round) => {
        const probe = round[hop];
        return typeof probe === 'object' && probe !== null ? [probe[1]] : [];
      });
      rttsUs.sort((a, b) => a - b);
      return (rttsUs[rttsUs.length >> 1] ?? 0) / US_PER_MS;
    });
  }

  private takeLine(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > LINE_LENGTH_MAX) return this.dropLine();
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    let found: RegExpExecArray | null;
    if ((found = SENT.exec(line))) this.takeSent(Number(found[1]), Number(found[2]));
    else if ((found = HOST.exec(line))) this.takeHost(Number(found[1]), String(found[2]));
    else if ((found = ANSWER.exec(line))) this.takeAnswer(Number(found[1]), Number(found[2]), Number(found[3]));
    else if (!IGNORED.test(line)) this.dropLine();
  }

  private takeSent(hop: number, sequence: number): void {
    if (hop >= this.options.maxHops || this.sent.has(sequence)) return this.dropLine();
    if (hop <= this.lastHop) this.sentRounds++;
    this.lastHop = hop;
    // mtr begins one more round than it was asked for, of which it awaits nothing.
    if (this.sentRounds > this.options.rounds) return;
    const round = this.sentRounds - 1;
    const probes = (this.rounds[round] ??= []);
    while (probes.length < hop) probes.push(null);
    probes[hop] = 'waiting';
    this.sent.set(sequence, { round, hop, sentAtMs: this.nowMs });
  }

  private takeHost(hop: number, text: string): void {
    if (hop >= this.options.maxHops || isIP(text) !== this.family) return this.dropLine();
    this.hosts[hop] = this.family === 6 ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
  }

  private takeAnswer(hop: number, rttUs: number, sequence: number): void {
    const probe = this.sent.get(sequence);
    // Of the round too many.
    if (probe === undefined && this.sentRounds > this.options.rounds) return;
    const probes = probe === undefined ? undefined : this.rounds[probe.round];
    if (probe?.hop !== hop || probes?.[hop] !== 'waiting' || rttUs > TRACE_LIMITS.rttUs) return this.dropLine();
    const host = this.hosts[hop];
    probes[hop] = host === undefined ? null : [this.indexOf(host), rttUs];
  }

  private indexOf(address: string): number {
    const known = this.indexes.get(address);
    if (known !== undefined) return known;
    this.indexes.set(address, this.addresses.length);
    return this.addresses.push(address) - 1;
  }

  private noteOverlongLines(): void {
    if (this.lines.dropped === this.splitterDropped) return;
    this.splitterDropped = this.lines.dropped;
    this.dropLine();
  }

  private dropLine(): void {
    this.droppedLines++;
    this.hosts.length = 0;
  }
}
