import { type DisbeliefReason, encodePackets, OUTCOME } from '@icmp-mon/probing/contract';
import type { OnNoData, OnResult } from './executor';

interface Round {
  /** When its first packet was sent. */
  sentAtMs: number;
  /** Packets with an outcome. */
  known: number;
  misses: number;
  unreachable: number;
  rttsUs: number[];
  /** Why its first packet without data has none. */
  noData?: DisbeliefReason;
}

/**
 * Combines the packets of each ping of a slice into one result:
 *
 * - A reply to any packet is a reply; its round trip is the median of the replies (of an even number the lower middle one).
 * - Without a reply it is a miss if each packet is proven to be unanswered, `unreachable` if an ICMP error arrived for any of them.
 * - Without a reply, and with a packet that has no data, it has no data.
 * - Packets that the kernel refused to send do not count as sent; if it sent none, the ping was not sent.
 *
 * The result counts the packets with an outcome as sent, and those with a reply as received.
 */
export class PingRounds {
  private readonly rounds = new Map<number, Round>();

  constructor(
    private readonly packets: number,
    private readonly onResult: OnResult,
    private readonly onNoData?: OnNoData,
  ) {}

  /** Adds one packet of target number `index`. The last one ends its round. */
  readonly addPacket = (index: number, sentAtMs: number, outcome: number, rttUs: number): void => {
    const round = this.roundOf(index, sentAtMs);
    round.known++;
    if (outcome === OUTCOME.reply) round.rttsUs.push(rttUs);
    else if (outcome !== OUTCOME.not_sent) round.misses++;
    if (outcome === OUTCOME.unreachable) round.unreachable++;
    if (round.known === this.packets) this.endRound(index, round);
  };

  /** Adds one packet of target number `index` that is no evidence. */
  readonly addNoData = (index: number, sentAtMs: number, reason: DisbeliefReason): void => {
    this.roundOf(index, sentAtMs).noData ??= reason;
  };

  /** Ends the rounds of which packets have no data. */
  endAll(): void {
    for (const [index, round] of [...this.rounds]) {
      if (round.rttsUs.length > 0) this.endRound(index, round);
      else if (round.noData !== undefined) this.onNoData?.(index, round.sentAtMs, round.noData);
    }
    this.rounds.clear();
  }

  private roundOf(index: number, sentAtMs: number): Round {
    const round = this.rounds.get(index) ?? { sentAtMs, known: 0, misses: 0, unreachable: 0, rttsUs: [] };
    this.rounds.set(index, round);
    round.sentAtMs = Math.min(round.sentAtMs, sentAtMs);
    return round;
  }

  private endRound(index: number, { sentAtMs, misses, unreachable, rttsUs }: Round): void {
    this.rounds.delete(index);
    const received = rttsUs.length;
    const sent = received + misses;
    const detail = sent === 0 ? undefined : encodePackets({ sent, received });
    if (received > 0) {
      const median = rttsUs.sort((a, b) => a - b)[(received - 1) >> 1] ?? 0;
      return this.onResult(index, sentAtMs, OUTCOME.reply, median, detail);
    }
    const miss = unreachable > 0 ? OUTCOME.unreachable : OUTCOME.timeout;
    this.onResult(index, sentAtMs, misses > 0 ? miss : OUTCOME.not_sent, 0, detail);
  }
}
