import type { Claim, ShardStore, StoredShard, TakenShard, Taking } from '@icmp-mon/shard/engine';
import type { Faults, StatementKind } from './faults';
import type { Session } from './session';
import type { SimulatedDatabase } from './simulated-database';
import { SimulatedFailure, type SimulatedProcess } from './simulated-process';
import type { SimulatedRows } from './simulated-tables';
import { SimulatedWriter } from './simulated-writer';
import type { World } from './world';

/** The database as one process reaches it: each statement takes time on the way, and may fail. */
export class SimulatedStore implements ShardStore<SimulatedRows> {
  readonly rows: SimulatedRows = {
    readTables: (look) => this.sendStatement('load', () => look()),
    stageEffect: () => Promise.reject(new Error('Rows can be written only inside a commit.')),
  };

  constructor(
    private readonly world: World,
    private readonly database: SimulatedDatabase,
    private readonly process: SimulatedProcess,
    private readonly faults: Faults,
  ) {}

  /** Runs a statement over a connection of the pool. */
  sendStatement<R>(kind: StatementKind, work: (session: Session) => Promise<R> | R): Promise<R> {
    const outage = this.faults.outageOf(this.process);
    return this.roundTrip(kind, async () => {
      if (outage === 'refused') throw new SimulatedFailure('the database is unreachable');
      const result = await this.database.statement(work);
      if (outage === 'answer-lost') throw new SimulatedFailure('the answer of the database was lost');
      return result;
    });
  }

  /** Delays a statement, and its answer, by the network's latency. */
  roundTrip<R>(kind: StatementKind, statement: () => Promise<R>): Promise<R> {
    const { world, process, faults } = this;
    faults.onStatement(process, kind);
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void): void => {
        world.scheduleEvent(faults.latencyMs(), () => process.deliverWork(settle));
      };
      world.scheduleEvent(faults.latencyMs() + faults.delayMs(process, kind), () => {
        statement().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error as Error)),
        );
      });
    });
  }

  countShards(): Promise<number> {
    return this.sendStatement('lease', () => this.database.countShards());
  }

  addShards(shardCount: number): Promise<void> {
    return this.sendStatement('lease', () => this.database.addShards(shardCount));
  }

  forgetProjectors(): Promise<void> {
    return this.sendStatement('lease', () => undefined);
  }

  noteSeen(holder: string): Promise<void> {
    return this.sendStatement('lease', () => this.database.noteSeen(holder));
  }

  renewLeases(holder: string, ttlMs: number): Promise<Claim[]> {
    return this.sendStatement('lease', (session) => this.database.renewLeases(session, holder, ttlMs));
  }

  countProjectors(ttlMs: number): Promise<number> {
    return this.sendStatement('lease', () => this.database.countProjectors(ttlMs));
  }

  freeShards(holder: string, limit: number): Promise<number[]> {
    return this.sendStatement('lease', () => this.database.freeShards(holder, limit));
  }

  endFormerWriter(taking: Taking): Promise<void> {
    return this.sendStatement('take', () => this.database.endFormerWriter(taking));
  }

  raiseEpoch(taking: Taking): Promise<TakenShard | null> {
    return this.sendStatement('take', (session) => this.database.raiseEpoch(session, taking));
  }

  releaseShards(holder: string, claims: readonly Claim[]): Promise<void> {
    return this.sendStatement('release', (session) => this.database.releaseLeases(session, holder, claims));
  }

  forgetProjector(holder: string): Promise<void> {
    return this.sendStatement('lease', () => this.database.forgetProjector(holder));
  }

  loadShard(shard: number): Promise<StoredShard> {
    return this.sendStatement('load', () => copyOf(this.database.storedShard(shard)));
  }

  async connectWriter(_name: string, onLost: (error: Error) => void): Promise<SimulatedWriter> {
    const session = await this.roundTrip('connect', async () => {
      if (this.faults.outageOf(this.process)) throw new SimulatedFailure('the database is unreachable');
      return this.database.openSession();
    });
    return new SimulatedWriter(this, this.world, this.database, this.process, this.faults, session, onLost);
  }
}

/** Copies a row like the network does: a Buffer within a larger piece of memory, and nothing shared. */
function copyOf({ checkpoint, checkpointPosition, positions, committedAhead }: StoredShard): StoredShard {
  return {
    checkpoint: checkpoint && Buffer.concat([Buffer.alloc(3), checkpoint]).subarray(3),
    checkpointPosition,
    positions: new Map(positions),
    committedAhead: new Map([...committedAhead].map(([participant, keys]) => [participant, new Map(keys)])),
  };
}
