import { type DetailCode, OUTCOME } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import { type RecordPlace, type ResultBatch, type ShardClock, ShardDirectory } from '@icmp-mon/shard/engine';
import { agentIdOf, policyFact, targetFact } from '@icmp-mon/shard/engine/testing';
import { decodePairChanges, type PairChangeRecord } from '@icmp-mon/status/wire';
import type { SealedPairChanges } from './pair-change-log';
import type { StatusChange, StatusSink } from './status-effects';
import { StatusState } from './status-state';
import type { ChangeRow, StatusTables, StoredStatuses } from './status-tables';

export const AGENT = agentIdOf(1);
export const START_MS = Date.UTC(2026, 0, 1);
const INTERVAL_MS = 5_000;

/** Sink that records its calls. */
export class RecordingSink implements StatusSink {
  readonly changes: StatusChange[] = [];
  readonly removals: { key: number; changeSeq: number }[] = [];
  readonly judged: number[] = [];
  readonly late: [key: number, agentId: string, sampleMs: number][] = [];
  readonly pairRecords: PairChangeRecord[] = [];

  statusChanged(change: StatusChange): void {
    this.changes.push(change);
  }

  targetRemoved(...[target, , , changeSeq]: Parameters<StatusSink['targetRemoved']>): void {
    this.removals.push({ key: target.key, changeSeq });
  }

  pairsChanged({ body }: SealedPairChanges): void {
    const decoded = decodePairChanges(body);
    if (!decoded.ok) throw new Error(decoded.detail);
    this.pairRecords.push(decoded.record);
  }

  resultLate(...[key, agentId, sampleMs]: Parameters<StatusSink['resultLate']>): void {
    this.late.push([key, agentId, sampleMs]);
  }

  verdictsChanged({ key }: Parameters<StatusSink['verdictsChanged']>[0]): void {
    this.judged.push(key);
  }
}

/** Tables that record the written rows in order. */
export class RecordingTables implements StatusTables<null> {
  readonly changes: ChangeRow[] = [];
  readonly statements: string[] = [];

  constructor(private readonly stored: StoredStatuses = { changeSeq: 0, states: new Map(), pairChanges: null }) {}

  readStatuses = async (): Promise<StoredStatuses> => this.stored;

  lastKnown: StatusTables<null>['lastKnown'] = async (_rows, _shard, keys) => {
    const unknown = { targetId: '', ip: '127.0.0.1', vrf: 'default', tier: 'fast', policy: undefined };
    return new Map(keys.map((key) => [key, { key, ...unknown, selected: [], pairs: [] }]));
  };

  storeChanges: StatusTables<null>['storeChanges'] = async (_rows, _shard, changes) => {
    this.changes.push(...changes);
    this.statements.push(`changes ${changes.map(({ target_key }) => target_key).join(',')}`);
  };

  storeVerdicts: StatusTables<null>['storeVerdicts'] = async (_rows, _shard, verdicts) => {
    this.statements.push(`verdicts ${verdicts.map(({ targetKey, letters }) => `${targetKey}:${letters}`).join(',')}`);
  };

  storePairChanges: StatusTables<null>['storePairChanges'] = async (_rows, _shard, records) => {
    this.statements.push(`pairs ${records.map(({ changeSeq, pairs }) => `${changeSeq}:${pairs}`).join(',')}`);
  };

  storeLate: StatusTables<null>['storeLate'] = async (_rows, _shard, late) => {
    this.statements.push(
      `late ${late.map(({ targetKey, fromMs, toMs }) => `${targetKey}:${fromMs}-${toMs}`).join(',')}`,
    );
  };

  forgetVerdicts: StatusTables<null>['forgetVerdicts'] = async (_rows, _shard, keys) => {
    this.statements.push(`forget ${keys.join(',')}`);
  };
}

export const placeOf = (offset: number, alreadyCommitted = false): RecordPlace => ({
  shard: 0,
  offset,
  alreadyCommitted,
  committedAhead: null,
});

/** One shard's directory with a tier policy and an agent, and the state that follows it. */
export class JudgedShard {
  readonly directory: ShardDirectory;
  readonly state: StatusState;
  clock: ShardClock = { ageMs: 0, atMs: START_MS };

  constructor(sink: StatusSink) {
    this.directory = new ShardDirectory({
      assigned: (slot, target) => this.state.onPairAssigned(slot, target, this.clock),
      unassigned: (slot, target) => this.state.onPairUnassigned(slot, target),
    });
    this.state = new StatusState(() => this.directory, sink);
    this.directory.applyPolicy(policyFact('fast', INTERVAL_MS));
    this.directory.applyAgent({
      ...{ kind: 'agent', agentId: AGENT, name: 'a', region: 'r', provider: 'p', state: 'active' },
    });
  }

  /** Adds targets; `before` is called with each target before the state applies it. */
  addTargets(
    keys: readonly number[],
    before: (target: ReturnType<ShardDirectory['applyTarget']>) => void = () => undefined,
  ): this {
    for (const key of keys) {
      const target = this.directory.applyTarget(targetFact(key, 'fast', [AGENT]), this.clock.atMs);
      before(target);
      this.state.onTarget(target, this.clock, placeOf(0));
    }
    return this;
  }

  passes(ms: number): this {
    this.clock = { ageMs: this.clock.ageMs + ms, atMs: this.clock.atMs + ms };
    this.state.onTick(this.clock, placeOf(0));
    return this;
  }

  /** Applies one result of the target with the given age. Returns how many results were late. */
  measured(
    key: number,
    outcome: number = OUTCOME.reply,
    ageMs = 0,
    place = placeOf(1),
    { rttUs = 9, detail }: { rttUs?: number; detail?: DetailCode } = {},
  ): number {
    const target = this.directory.targets.get(key);
    const agent = this.directory.agents.get(AGENT);
    if (!target?.policy || !agent) throw new Error(`target ${key} not found`);
    const batch: ResultBatch = {
      ...{ count: 1, agent, lane: LANE.live, receivedAtMs: this.clock.atMs, late: 0, target: [target] },
      ...{ policy: [target.policy], pairSlot: Int32Array.of(target.pairs[0].slot), check: Uint16Array.of(1) },
      ...{
        sampleMs: Float64Array.of(this.clock.atMs - ageMs),
        outcome: Uint8Array.of(outcome),
        rttUs: Uint32Array.of(rttUs),
        details: new Map(detail ? [[0, detail]] : []),
      },
    };
    this.state.onResults(batch, this.clock, place);
    return batch.late;
  }
}
