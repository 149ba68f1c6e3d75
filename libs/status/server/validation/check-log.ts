import { createHash } from 'node:crypto';
import { outcomeName } from '@icmp-mon/probing/contract';
import type {
  PolicyEntry,
  RecordPlace,
  ResultBatch,
  ShardClock,
  ShardDirectory,
  TargetEntry,
} from '@icmp-mon/shard/engine';
import {
  type CheckAnswer,
  type CheckReason,
  type CheckStatus,
  type EvidenceEntry,
  FIRST_PREVIOUS,
  sealEntry,
} from '@icmp-mon/status/contract';
import { isoTime } from '../iso-time';
import { newSpan } from './open-span';
import { newCheck, type ValidatedCheck } from './validated-check';
import type { StoredCheckStatus } from './validation-tables';

/** Longest time of one entry of the evidence log while the status stays the same. */
const ENTRY_MS_MAX = 6 * 3_600_000;
/** How often the row of a check is written while its status stays the same. */
const REFRESH_MS = 5 * 60_000;
/** Spreads the entries and rows of targets over the period: a prime number. */
const SPREAD_MS = 7_919;

export interface CheckChange {
  target: TargetEntry;
  check: ValidatedCheck;
  from: CheckStatus;
  to: CheckStatus;
  reason: CheckReason;
  atMs: number;
  answer: CheckAnswer | null;
  removed: boolean;
}

/** Receives changes and entries of the evidence logs. */
export interface ValidationSink {
  checkChanged(change: CheckChange, place: RecordPlace): void;
  entrySealed(target: TargetEntry, chain: number, entry: EvidenceEntry, place: RecordPlace): void;
  /** The stored row of the check is out of date. */
  checkTouched(target: TargetEntry, check: ValidatedCheck, place: RecordPlace): void;
}

type Definition = PolicyEntry['checks'][number];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Returns the answer in one row of a batch. */
export function answerOf({ agent, sampleMs, outcome, rttUs }: ResultBatch, row: number): CheckAnswer {
  return {
    ...{ agentId: agent.agentId, agentName: agent.name, at: isoTime(sampleMs[row]) },
    ...{ outcome: outcomeName(outcome[row]), rttUs: rttUs[row] > 0 ? rttUs[row] : null },
  };
}

/** Numbers the changes of one shard's checks, and writes their evidence logs: entries without holes, each with the hash of the one before. */
export class CheckLog {
  /** Number of the last change. */
  changeSeq = 0;
  /** Stored checks that the state lacks, by `recallKey`: a check that begins continues the stored one. */
  readonly recalled = new Map<string, StoredCheckStatus>();

  constructor(
    private readonly directoryOf: () => ShardDirectory,
    private readonly sink: ValidationSink,
    private readonly shard: number,
  ) {}

  beginCheck(
    target: TargetEntry,
    { check, type, port }: Definition,
    clock: ShardClock,
    place: RecordPlace,
  ): ValidatedCheck {
    const key = recallKey(target.key, target.tier, check);
    const recalled = this.recalled.get(key);
    this.recalled.delete(key);
    if (recalled) {
      const { target: _target, check: _check, type: _type, port: _port, ...start } = recalled;
      return newCheck(check, type, port ?? null, start);
    }
    const begun = newCheck(check, type, port ?? null, {
      ...{ chain: this.changeSeq + 1, changeSeq: 0, status: 'untested', reason: 'warming', sinceMs: clock.atMs },
      ...{ entries: 0, hash: FIRST_PREVIOUS, lastProofMs: 0, lastAnswer: null, fromMs: clock.atMs },
    });
    this.emitChange(target, begun, { from: 'untested', atMs: clock.atMs, answer: null, removed: false }, place);
    return begun;
  }

  removeCheck(target: TargetEntry, check: ValidatedCheck, clock: ShardClock, place: RecordPlace): void {
    this.sealSpan(target, check, Math.max(clock.atMs, check.span.fromMs), place);
    const { status: from } = check;
    Object.assign(check, { status: 'untested', reason: 'no_agents', sinceMs: clock.atMs });
    this.emitChange(target, check, { from, atMs: clock.atMs, answer: null, removed: true }, place);
  }

  /** Removes the stored checks that no fact of the directory contains: they were removed while records of the log were lost. */
  removeRecalled(clock: ShardClock, place: RecordPlace): void {
    for (const { target, check, type, port, ...start } of this.recalled.values()) {
      this.removeCheck(target, newCheck(check, type, port, start), clock, place);
    }
    this.recalled.clear();
  }

  /** Ends the open entry and begins another one at the time of the change, but not before the open one began. */
  changeStatus(
    target: TargetEntry,
    check: ValidatedCheck,
    to: { status: CheckStatus; reason: CheckReason },
    changedMs: number,
    answer: CheckAnswer | null,
    place: RecordPlace,
  ): void {
    const atMs = Math.floor(Math.max(changedMs, check.span.fromMs));
    this.sealSpan(target, check, atMs, place);
    const { status: from } = check;
    if (from !== to.status) check.sinceMs = atMs;
    check.status = to.status;
    check.reason = to.reason;
    this.emitChange(target, check, { from, atMs, answer, removed: false }, place);
  }

  onTick(target: TargetEntry, check: ValidatedCheck, atMs: number, place: RecordPlace): void {
    const isDue = (sinceMs: number, everyMs: number): boolean =>
      slotOf(atMs, target.key, everyMs) > slotOf(sinceMs, target.key, everyMs);
    if (isDue(check.span.fromMs, ENTRY_MS_MAX)) this.sealSpan(target, check, atMs, place);
    else if (!isDue(check.span.refreshedMs, REFRESH_MS)) return;
    check.span.refreshedMs = atMs;
    this.sink.checkTouched(target, check, place);
  }

  private emitChange(
    target: TargetEntry,
    check: ValidatedCheck,
    change: Pick<CheckChange, 'from' | 'atMs' | 'answer' | 'removed'>,
    place: RecordPlace,
  ): void {
    const { status: to, reason } = check;
    check.changeSeq = ++this.changeSeq;
    this.sink.checkChanged({ target, check, to, reason, ...change }, place);
  }

  /** Seals the open entry up to `untilMs` and begins the next one there. An entry without time and probes is left out. */
  private sealSpan(target: TargetEntry, check: ValidatedCheck, untilMs: number, place: RecordPlace): void {
    const { span } = check;
    if (untilMs <= span.fromMs && span.agents.size === 0) return;
    const { agents } = this.directoryOf();
    const entry = sealEntry(
      {
        ...{ target: target.targetId, ip: target.ip, vrf: target.vrf, tier: target.tier },
        ...{ check: check.check, type: check.type, port: check.port },
        ...{ chain: `${this.shard}:${check.chain}`, entry: ++check.entries },
        ...{ from: isoTime(span.fromMs), until: isoTime(untilMs), status: check.status, reason: check.reason },
        intervalMs: check.intervalMs,
        longestPauseMs: span.longestPauseMs > 0 ? Math.round(span.longestPauseMs) : null,
        agents: [...span.agents]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, [probes, proven, answered, notSent]]) => ({
            ...{ id, name: agents.get(id)?.name ?? id, region: agents.get(id)?.region ?? '' },
            ...{ probes, proven, answered, notSent },
          })),
        ...{ answers: span.answers, answersMore: span.answersMore, previous: check.hash },
      },
      sha256,
    );
    check.hash = entry.hash;
    check.span = newSpan(untilMs);
    this.sink.entrySealed(target, check.chain, entry, place);
  }
}

export function recallKey(key: number, tier: string, check: number): string {
  return `${key}/${check}/${tier}`;
}

function slotOf(atMs: number, key: number, everyMs: number): number {
  return Math.floor((atMs + ((key * SPREAD_MS) % everyMs)) / everyMs);
}
