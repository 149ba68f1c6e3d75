import type { AnchorEvidence } from '@icmp-mon/agents/contract';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { DisconnectionWatch } from './disconnection-watch';

/** Outcomes that prove that a packet from the target arrived. */
const ANSWERED: readonly number[] = [OUTCOME.reply, OUTCOME.refused, OUTCOME.mismatch];
/** Least share of the results since an anchor last answered that must be misses: fewer are a fault elsewhere. */
const MISSED_SHARE_MIN = 0.5;

export interface UplinkWatchOptions {
  /** Called when results that are not shipped yet turn out to be of a time without an uplink. */
  onOutage: (why: OutageReason) => void;
  /** Called for each miss while anchors may decide whether it is believed. */
  onMiss: () => void;
  steadyMs?: () => number;
}

/** Texts for the agent's log. */
export const OUTAGE_TEXTS = {
  no_answer_at_all:
    'connection lost: no answer from the gateway and no reply from any target; results of that time are stored but not judged',
  anchors_silent:
    'uplink out: no anchor and less than half of the targets reply; misses are stored but not judged until an anchor replies',
} as const;
export type OutageReason = keyof typeof OUTAGE_TEXTS;

/**
 * Decides whether misses are believed, or are those of this machine's own uplink.
 *
 *     targets, gateway silent together ──▶ DisconnectionWatch ──▶ everything unshipped moves to the backfill lane
 *     all anchors silent, and half of the targets ──▶ out ──▶ the same, and each further miss is recorded as doubted
 *
 * The second rule holds also while the gateway is reachable by another line. Replies are always believed: they prove themselves.
 */
export class UplinkWatch {
  /** Watches the lane that ships live results. */
  readonly shipping = {
    onAsk: (): void => this.disconnection.uploadStarted(),
    onAnswer: (): void => this.gatewayAnswered(),
  };
  private readonly disconnection: DisconnectionWatch;
  private evidence: AnchorEvidence = 'unknown';
  private replies = 0;
  private misses = 0;
  private wasOut = false;
  private roundBeganMs = -Infinity;
  /** Results that wait for a round of the anchors that begins at `sinceMs` or later. */
  private waiting: { sinceMs: number; judge: () => void }[] = [];

  constructor(private readonly options: UplinkWatchOptions) {
    this.disconnection = new DisconnectionWatch(options.steadyMs);
  }

  /** Whether the anchors and at least half of the targets are silent together. */
  get isOut(): boolean {
    const { replies, misses } = this;
    return this.evidence === 'silent' && misses > 0 && misses >= (misses + replies) * MISSED_SHARE_MIN;
  }

  /** Whether nothing shows that this machine's own line is out. */
  get mayWork(): boolean {
    return !this.isOut && !this.disconnection.isOut;
  }

  /** Records a result of a target. Returns whether it is believed. A failure of the executor is no evidence about the uplink. */
  recordResult(outcome: number): boolean {
    if (outcome === OUTCOME.error) return true;
    if (ANSWERED.includes(outcome)) {
      this.replies++;
      if (this.disconnection.targetReplied()) this.options.onOutage('no_answer_at_all');
      return true;
    }
    this.misses++;
    this.disconnection.targetMissed();
    this.options.onMiss();
    this.noteBegin();
    return !this.isOut;
  }

  /**
   * Calls `judge` when the anchors were asked since `sinceMs`, by the monotonic clock: immediately without anchors. Misses that confirm a first one
   * wait for this: in an outage of the uplink they would otherwise be shipped before the anchors are known to be silent. While all anchors are
   * silent and the targets do not show yet whether it is the uplink, they prove nothing, and `judge` is not called: the regular rounds decide.
   */
  whenAsked(sinceMs: number, judge: () => void): void {
    if (this.evidence !== 'unknown' && this.roundBeganMs < sinceMs) this.waiting.push({ sinceMs, judge });
    else if (this.evidence !== 'silent' || this.isOut) judge();
  }

  /** Records what a round of all anchors has shown. Results are counted from the last round in which one answered. */
  recordAnchors(evidence: AnchorEvidence, beganAtMs: number): void {
    this.roundBeganMs = beganAtMs;
    this.evidence = evidence;
    if (evidence !== 'silent') this.replies = this.misses = 0;
    this.noteBegin();
    const waiting = this.waiting.splice(0);
    for (const { sinceMs, judge } of waiting) this.whenAsked(sinceMs, judge);
  }

  private gatewayAnswered(): void {
    if (this.disconnection.gatewayAnswered()) this.options.onOutage('no_answer_at_all');
  }

  /** Moves what is not shipped when the outage begins: these results may already be of it. */
  private noteBegin(): void {
    const { isOut, wasOut } = this;
    this.wasOut = isOut;
    if (isOut && !wasOut) this.options.onOutage('anchors_silent');
  }
}
