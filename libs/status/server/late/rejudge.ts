import type { DatedFact } from '@icmp-mon/assignment/contract';
import type { FeedFact, PastResults } from '@icmp-mon/probing/contract';
import { type RecordPlace, type ShardClock, ShardDirectory } from '@icmp-mon/shard/engine';
import type { StatusSink } from '../status-effects';
import { StatusState } from '../status-state';
import { PastBatches } from './past-batches';
import type { StatusSpan } from './status-spans';

const TICK_MS = 1_000;

export interface PastOfTarget {
  shard: number;
  targetKey: number;
  /** Facts from `startMs` on, in their order. */
  facts: readonly DatedFact[];
  results: PastResults;
  startMs: number;
  endMs: number;
  /** Whether any agent ever got a reply before `startMs`. */
  everReplied: boolean;
}

/**
 * Judges the stored results of one target again, as if all had arrived in time, by the same state that judges live results. Returns its
 * statuses from `startMs` to `endMs`; a time without the target is left out. At first its agents have no verdict, so the caller starts some
 * intervals early.
 *
 *     facts ───┐
 *     results ─┼─ in the order of time, a tick every second ──▶ StatusState ──▶ changes ──▶ spans
 *     ticks ───┘
 */
export function rejudge(past: PastOfTarget): StatusSpan[] {
  return new Rejudgement(past).judgeAll();
}

class Rejudgement {
  private readonly directory: ShardDirectory;
  private readonly state: StatusState;
  private readonly place: RecordPlace;
  private readonly clock: ShardClock;
  private readonly spans: StatusSpan[] = [];
  private open: StatusSpan | null = null;
  private nextFact = 0;
  private nextResult = 0;
  private readonly batches: PastBatches;

  constructor(private readonly past: PastOfTarget) {
    this.batches = new PastBatches(past.targetKey, past.results);
    this.place = { shard: past.shard, offset: 0, alreadyCommitted: false, committedAhead: null };
    this.clock = { ageMs: 0, atMs: past.startMs };
    this.directory = new ShardDirectory({
      assigned: (slot, target) => this.state.onPairAssigned(slot, target, this.clock),
      unassigned: (slot, target) => this.state.onPairUnassigned(slot, target),
    });
    this.state = new StatusState(() => this.directory, this.sink());
  }

  judgeAll(): StatusSpan[] {
    const { startMs, endMs } = this.past;
    this.applyFacts(startMs);
    if (this.past.everReplied) this.markReplied();
    for (let atMs = startMs; atMs < endMs;) {
      atMs = Math.min(atMs + TICK_MS, endMs);
      this.applyUntil(atMs);
      this.clock.ageMs += atMs - this.clock.atMs;
      this.clock.atMs = atMs;
      this.state.onTick(this.clock, this.place);
    }
    this.endSpan(endMs);
    return this.spans;
  }

  /** Applies facts and results before the time, in their order. */
  private applyUntil(atMs: number): void {
    const { results } = this.past;
    while (this.nextResult < results.count && results.sampleMs[this.nextResult] < atMs) {
      this.applyFacts(results.sampleMs[this.nextResult]);
      this.applyBatch(atMs);
    }
    this.applyFacts(atMs - 1);
  }

  private applyFacts(atMs: number): void {
    const { facts } = this.past;
    while (this.nextFact < facts.length && facts[this.nextFact].atMs <= atMs)
      this.applyFact(facts[this.nextFact++].fact);
  }

  private applyFact(fact: FeedFact): void {
    const { directory, state, clock, place } = this;
    switch (fact.kind) {
      case 'policy':
        for (const target of directory.applyPolicy(fact)) state.onTarget(target, clock, place);
        return;
      case 'agent':
        directory.applyAgent(fact);
        return;
      case 'target':
        state.onTarget(directory.applyTarget(fact, clock.atMs), clock, place);
        if (!this.open) this.beginSpan();
        return;
      case 'target-removed': {
        const target = directory.removeTarget(fact.targetKey);
        if (target) state.onTargetRemoved(target, clock, place);
        return;
      }
      default:
        fact satisfies never;
    }
  }

  /** Applies the next results of one agent: until another agent's result, the next fact, or the time. */
  private applyBatch(atMs: number): void {
    const { batches, directory, past } = this;
    const untilMs = Math.min(atMs, past.facts[this.nextFact]?.atMs ?? Infinity);
    this.nextResult = batches.fillBatch(directory, this.nextResult, untilMs);
    if (batches.batch.count > 0) this.state.onResults(batches.batch, this.clock, this.place);
  }

  private markReplied(): void {
    for (const target of this.directory.targets.values()) {
      const state = this.state.targets.get(target.key);
      if (state) state.repliedChecks = (target.policy?.checks ?? []).map(({ check }) => check).sort((a, b) => a - b);
    }
  }

  private sink(): StatusSink {
    return {
      statusChanged: ({ atMs, to, reason }) => this.changeSpan(atMs, to, reason),
      targetRemoved: (_target, _before, atMs) => this.endSpan(atMs),
      verdictsChanged: () => undefined,
      pairsChanged: () => undefined,
      resultLate: () => undefined,
    };
  }

  private beginSpan(): void {
    const { status, reason } = this.state.targets.get(this.past.targetKey) ?? {
      status: 'unknown',
      reason: 'no_agents',
    };
    this.open = { fromMs: this.clock.atMs, toMs: this.clock.atMs, status, reason };
  }

  private changeSpan(atMs: number, status: StatusSpan['status'], reason: StatusSpan['reason']): void {
    const fromMs = Math.max(atMs, this.open?.fromMs ?? atMs);
    this.endSpan(fromMs);
    this.open = { fromMs, toMs: fromMs, status, reason };
  }

  private endSpan(atMs: number): void {
    if (this.open && this.open.fromMs < atMs) this.spans.push({ ...this.open, toMs: atMs });
    this.open = null;
  }
}
