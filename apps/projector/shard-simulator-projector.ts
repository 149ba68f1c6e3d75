import { OwnedShard, ShardFold, writeCommits, type ShardCommit, type ShardDirectory } from '@icmp-mon/shard/engine';
import { AgentNumbers, type LiveBus, SeriesParticipant } from '@icmp-mon/probing/server';
import { StatusParticipant } from '@icmp-mon/status/server';
import { SHARD } from './shard-simulator-log';
import { SimulatedBackend, type SimulatedTelemetry } from './shard-simulator-store';

export const LEASE_STEPS = 8;
const RENEW_EVERY_STEPS = 3;

/** So few that most rows wait, and somebody watches some of the targets: their results go ahead of the others. */
const ROWS_PER_S = 0.5;
const WATCHED = new Set([1, 3]);
const live: LiveBus = { watched: () => WATCHED, publish: () => undefined };

/** The participants of the product over a fold, as a projector composes them. */
export function participantsOf(
  directory: () => ShardDirectory,
  telemetry: SimulatedTelemetry,
  nowMs: () => number,
): [StatusParticipant, SeriesParticipant] {
  const numbers = new AgentNumbers(telemetry);
  return [
    new StatusParticipant(SHARD, directory),
    new SeriesParticipant(SHARD, directory, numbers, live, nowMs, ROWS_PER_S),
  ];
}

interface OpenCommit {
  owned: OwnedShard;
  commit: ShardCommit;
  settle: () => void;
  endsAtStep: number;
}

/** One projector process with a connection of its own; what the shard host does, a step at a time. */
export class SimulatedProjector {
  /** What the shard said that it should not have to: that a replay differs from what is stored. */
  warning: string | null = null;
  private owned: OwnedShard | null = null;
  private open: OpenCommit | null = null;
  private backend = new SimulatedBackend();
  private wakesAtStep = 0;
  private nowStep = 0;
  private lastCommitStep = 0;
  private nextCommitError: 'before' | 'stored' | null = null;
  private nextCommitSteps = 1;
  private wantsCheckpoint = false;
  private givesUp = false;

  constructor(
    readonly name: string,
    private readonly telemetry: SimulatedTelemetry,
    private readonly records: readonly Uint8Array[],
    private readonly commitEverySteps: number,
    private readonly endsBackends: boolean,
  ) {}

  get isOwner(): boolean {
    return (
      this.owned !== null && this.telemetry.holder === this.name && this.telemetry.epoch === this.owned.claim.epoch
    );
  }

  get isDone(): boolean {
    return this.isOwner && this.owned?.offset === this.records.length - 1 && !this.open && !this.owned.hasPending();
  }

  get fold(): ShardFold | undefined {
    return this.owned?.fold;
  }

  crash(step: number, downSteps: number): void {
    this.forget();
    this.backend.end();
    this.backend = new SimulatedBackend();
    this.wakesAtStep = Math.max(this.wakesAtStep, step + downSteps);
  }

  freeze(step: number, steps: number): void {
    this.wakesAtStep = Math.max(this.wakesAtStep, step + steps);
  }

  loseConnection(): void {
    this.backend.end();
  }

  failNextCommit(stored: boolean): void {
    this.nextCommitError = stored ? 'stored' : 'before';
  }

  slowNextCommit(steps: number): void {
    this.nextCommitSteps = steps;
  }

  checkpointSoon(): void {
    this.wantsCheckpoint = true;
  }

  giveUpSoon(): void {
    this.givesUp = true;
  }

  async step(step: number): Promise<void> {
    if (step < this.wakesAtStep) return;
    this.nowStep = step;
    if (!this.backend.isAlive) {
      this.forget();
      this.backend = new SimulatedBackend();
    }
    if (!this.owned) return this.takeOver(step);
    if (step % RENEW_EVERY_STEPS === 0 && !this.renew(step)) return;
    const { owned } = this;
    const next = owned.offset + 1;
    if (next < this.records.length && !this.givesUp) owned.apply(next, this.records[next]);
    if (this.open) return this.open.endsAtStep <= step ? this.finish() : undefined;
    const atEnd = owned.offset === this.records.length - 1;
    const checkpoint = this.wantsCheckpoint || this.givesUp || owned.wantsCheckpoint();
    if (checkpoint || atEnd || step - this.lastCommitStep >= this.commitEverySteps) await this.commit(step, checkpoint);
  }

  private forget(): void {
    this.owned = null;
    this.open = null;
    this.givesUp = false;
    this.nextCommitSteps = 1;
  }

  private renew(step: number): boolean {
    if (!this.isOwner) {
      this.forget();
      return false;
    }
    this.telemetry.expiresAtStep = step + LEASE_STEPS;
    return true;
  }

  private async takeOver(step: number): Promise<void> {
    const { telemetry, name } = this;
    if (telemetry.holder !== null && telemetry.holder !== name && telemetry.expiresAtStep >= step) return;
    if (this.endsBackends && telemetry.backend !== this.backend) telemetry.backend?.end();
    if (telemetry.isLockedFor(this.backend)) return;
    telemetry.epoch++;
    telemetry.holder = name;
    telemetry.backend = this.backend;
    telemetry.expiresAtStep = step + LEASE_STEPS;
    const participants = (directory: () => ShardDirectory): ReturnType<typeof participantsOf> =>
      participantsOf(directory, telemetry, () => this.nowStep * 1_000);
    this.owned = await OwnedShard.load(
      telemetry,
      { shard: SHARD, epoch: telemetry.epoch },
      participants,
      (message, detail) => {
        if (message.includes('replay')) this.warning = `${message}: ${JSON.stringify(detail)}`;
      },
    );
    this.lastCommitStep = step;
  }

  private async commit(step: number, checkpoint: boolean): Promise<void> {
    const { owned } = this;
    if (!owned) return;
    this.lastCommitStep = step;
    this.wantsCheckpoint = false;
    await owned.prepare();
    const commit = owned.take(checkpoint);
    if (!commit) return this.givesUp ? this.release() : undefined;
    try {
      const settle = await this.telemetry.begin(this.backend, (transaction) => writeCommits(transaction, [commit]));
      this.open = { owned, commit, settle, endsAtStep: step + this.nextCommitSteps };
      this.nextCommitSteps = 1;
    } catch {
      // As the host does: whatever went wrong, the memory is dropped and taken over afresh.
      this.forget();
    }
  }

  private finish(): void {
    const { open, nextCommitError } = this;
    if (!open) return;
    this.open = null;
    this.nextCommitError = null;
    try {
      if (nextCommitError === 'before') throw new Error('the commit failed');
      open.settle();
      if (nextCommitError === 'stored') throw new Error('the answer to the commit was lost');
      open.owned.committed(open.commit);
      if (this.givesUp) this.release();
    } catch {
      this.forget();
    }
  }

  private release(): void {
    const stays = this.owned?.hasPending();
    if (!stays && this.isOwner) {
      this.telemetry.holder = null;
      this.telemetry.backend = null;
      this.forget();
    }
    this.givesUp = false;
  }
}
