import {
  type CommittedAheadRow,
  type Claim,
  type CommitConnection,
  type CommitTransaction,
  inTransaction,
  type PositionRow,
  type ShardRowLock,
} from '@icmp-mon/shard/engine';
import type { Faults, StatementKind } from './faults';
import type { Session } from './session';
import type { SimulatedDatabase } from './simulated-database';
import { SimulatedFailure, type SimulatedProcess } from './simulated-process';
import type { SimulatedStore } from './simulated-store';
import type { SimulatedRows } from './simulated-tables';
import type { World } from './world';

/** The connection over which a process commits. */
export class SimulatedWriter implements CommitConnection<SimulatedRows> {
  private isClosed = false;
  private readonly pending = new Set<(error: Error) => void>();

  constructor(
    private readonly store: SimulatedStore,
    private readonly world: World,
    private readonly database: SimulatedDatabase,
    private readonly process: SimulatedProcess,
    private readonly faults: Faults,
    readonly session: Session,
    onLost: (error: Error) => void,
  ) {
    process.connections.push(session);
    session.whenEnded(() => {
      const error = new SimulatedFailure('connection to the telemetry database closed', { cause: session.ended });
      world.scheduleEvent(faults.latencyMs(), () =>
        process.deliverWork(() => {
          for (const reject of [...this.pending]) reject(error);
          if (!this.isClosed) onLost(error);
        }),
      );
    });
  }

  get backend(): Session['backend'] {
    return this.session.backend;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.session.endSession('closed');
  }

  private sendStatement<R>(kind: StatementKind, statement: () => Promise<R> | R): Promise<R> {
    return new Promise((resolve, reject) => {
      this.pending.add(reject);
      const run = async (): Promise<R> => {
        this.session.throwIfEnded();
        return statement();
      };
      void this.store
        .roundTrip(kind, run)
        .then(resolve, reject)
        .finally(() => this.pending.delete(reject));
    });
  }

  commit<R>(work: (transaction: CommitTransaction<SimulatedRows>) => Promise<R>): Promise<R> {
    const { database, session } = this;
    const frame = {
      begin: () => this.sendStatement('commit', () => undefined),
      commit: () => this.sendStatement('commit', () => this.makeDurable()),
      rollback: () => this.sendStatement('commit', () => database.rollback(session)),
    };
    return inTransaction(frame, () => work(this.transaction()));
  }

  private makeDurable(): void {
    const outage = this.faults.takeCommitError(this.process);
    if (outage === 'refused') throw new SimulatedFailure('the commit failed');
    this.database.commit(this.session);
    if (outage === 'answer-lost') this.session.endSession('the connection broke after the commit');
    this.session.throwIfEnded();
  }

  private transaction(): CommitTransaction<SimulatedRows> {
    const { database, session } = this;
    const write = (shard: number, effect: () => void): Promise<void> =>
      this.sendStatement('write', () => database.stage(session, shard, effect));
    return {
      rows: { readTables: (look) => this.sendStatement('load', look), stageEffect: write },
      passFence: () => this.sendStatement('commit', () => database.passFence(session)),
      lockClaims: (claims: readonly Claim[], lock: ShardRowLock) =>
        this.sendStatement('commit', () => database.lockClaims(session, claims, lock)),
      storePositions: (rows: readonly PositionRow[]) =>
        this.sendStatement('write', () => {
          for (const { shard, participant, position } of rows) {
            database.stage(session, shard, () => database.storePosition(shard, participant, position));
          }
        }),
      storeCommittedAhead: (rows: readonly CommittedAheadRow[]) =>
        this.sendStatement('write', () => {
          for (const { shard, participant, key, position } of rows) {
            database.stage(session, shard, () => {
              const { committedAhead } = database.storedShard(shard);
              committedAhead.set(participant, new Map(committedAhead.get(participant)).set(key, position));
            });
          }
        }),
      deleteCommittedAhead: (of) =>
        this.sendStatement('write', () => {
          for (const { shard, participant } of of) {
            database.stage(session, shard, () => void database.storedShard(shard).committedAhead.delete(participant));
          }
        }),
      storeCheckpoint: (claim, position, bytes) =>
        this.sendStatement('checkpoint', () => database.stageCheckpoint(session, claim, position, bytes)),
    };
  }
}
