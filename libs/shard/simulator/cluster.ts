import { createHash } from 'node:crypto';
import { AgentNumbers } from '@icmp-mon/probing/server';
import { type HostLogger, ShardHost } from '@icmp-mon/shard/engine';
import { AGENT_IDS } from '@icmp-mon/shard/engine/testing';
import { decompressBounded } from '@icmp-mon/platform/zstd';
import { Faults } from './faults';
import { unexpected } from './expected-errors';
import type { SimulatedLog } from './log-simulation';
import { participantsOf } from './participants';
import type { Plan } from './plan';
import { SimulatedBroker } from './simulated-log-reader';
import { SimulatedDatabase } from './simulated-database';
import { SimulatedProcess } from './simulated-process';
import { SimulatedStore } from './simulated-store';
import { numbersByPlace, type SimulatedRows } from './simulated-tables';
import { PlainFold } from './undisturbed';
import { World } from './world';

/** Number of participants: status, series, validation, uncounted. */
const PARTICIPANTS = 4;
const CHECKPOINT_BYTES_MAX = 64 * 1024 * 1024;
/** Time after which a process that was asked to stop is killed, in ms. */
const STOP_MS_MAX = 10_000;
const CLIENT_GONE_MS_MAX = 50;

/** One run of a projector process. */
interface Incarnation {
  process: SimulatedProcess;
  host: ShardHost<SimulatedRows>;
  isStopping: boolean;
}

/** Projectors with the product's shard host, on one simulated database and broker. Records violations of the invariants. */
export class Cluster {
  readonly world: World;
  readonly database: SimulatedDatabase;
  readonly broker: SimulatedBroker;
  readonly faults: Faults;
  readonly violations = new Set<string>();
  private readonly running: (Incarnation | null)[];
  private readonly processes = new Map<string, SimulatedProcess>();
  private readonly plain: PlainFold[];
  private starts = 0;

  constructor(
    private readonly plan: Plan,
    readonly logs: readonly SimulatedLog[],
  ) {
    this.world = new World(plan.seed);
    this.faults = new Faults(this.world);
    this.broker = new SimulatedBroker(this.world, logs, plan.logSpeed);
    this.plain = logs.map(({ records }, shard) => new PlainFold(shard, records));
    this.running = plan.hostStartsMs.map(() => null);
    const witness = {
      recordViolation: (what: string) => this.recordViolation(what),
      recordLapse: (shard: number, holder: string) => this.recordLapse(shard, holder),
      checkpointStored: (shard: number, position: number, bytes: Uint8Array) =>
        this.compareCheckpoint(shard, position, bytes),
    };
    this.database = new SimulatedDatabase(this.world, witness, plan.endsBackends);
  }

  private recordViolation(what: string): void {
    this.violations.add(what);
  }

  private recordLapse(shard: number, holder: string): void {
    if (this.processes.get(holder)?.isExcused === false) {
      this.recordViolation(
        `the lease of shard ${shard} expired although ${holder} was alive and could reach the database`,
      );
    }
  }

  private compareCheckpoint(shard: number, position: number, bytes: Uint8Array): void {
    const state = decompressBounded(bytes, CHECKPOINT_BYTES_MAX);
    const digest = createHash('sha256').update(state).digest('hex');
    if (digest !== this.plain[shard].digestAt(position)) {
      this.recordViolation(`the checkpoint of shard ${shard} at ${position} differs from the fold of its log`);
    }
  }

  start(slot: number): void {
    if (this.running[slot]) return;
    const name = `projector ${slot}, start ${++this.starts}`;
    const process = new SimulatedProcess(this.world, name);
    this.processes.set(name, process);
    const store = new SimulatedStore(this.world, this.database, process, this.faults);
    const table = numbersByPlace(AGENT_IDS);
    const numbers = new AgentNumbers({
      numbersOf: (agents) => store.sendStatement('load', () => table.numbersOf(agents)),
    });
    const { tables } = this.database;
    const host = new ShardHost<SimulatedRows>({
      ...{ store, shardCount: this.plan.shards, holder: name, time: process.time, logger: this.logger(name) },
      uncommittedMax: this.plan.uncommittedMax,
      openLog: async () => this.broker.openReader(process),
      participants: (shard, directory) => participantsOf(shard, directory, tables, numbers, () => process.time.nowMs()),
    });
    this.running[slot] = { process, host, isStopping: false };
    host.start();
  }

  /** Logs like the product. Errors that no simulated fault explains are violations, regardless of how the host handled them. */
  private logger(name: string): HostLogger {
    return {
      info: () => undefined,
      warn: (detail, message) => {
        if (message.includes('replay differs from the stored results'))
          this.recordViolation(`${message}: ${JSON.stringify(detail)}`);
        const error = 'err' in detail ? unexpected(detail.err) : null;
        if (error) this.recordViolation(`${name}: ${message}: ${error.stack ?? error.message}`);
      },
    };
  }

  /** Returns the present process of projector `slot`. */
  processOf(slot: number): SimulatedProcess | null {
    return this.running[slot]?.process ?? null;
  }

  /** Excuses every projector that loses leases while a fault lasts for `forMs`. */
  excuseAll(forMs: number): void {
    for (const process of this.processes.values()) process.excuse(forMs);
  }

  crashProjector(slot: number, downMs: number, lingers: boolean): void {
    const incarnation = this.running[slot];
    if (!incarnation) return;
    incarnation.process.crashProcess();
    this.running[slot] = null;
    // A connection that no successor may terminate would otherwise stay open.
    if (!lingers || !this.plan.endsBackends) {
      this.world.scheduleEvent(this.world.below(CLIENT_GONE_MS_MAX), () => this.endConnections(incarnation));
    }
    this.world.scheduleEvent(downMs, () => this.start(slot));
  }

  private endConnections({ process }: Incarnation): void {
    for (const connection of process.connections) connection.endSession('the client disconnected');
  }

  disconnectHost(slot: number): void {
    const incarnation = this.running[slot];
    if (incarnation) this.endConnections(incarnation);
  }

  /** Asks the projector to stop, and starts it again. */
  restartProjector(slot: number, downMs: number): void {
    const incarnation = this.running[slot];
    if (!incarnation || incarnation.isStopping) return;
    incarnation.isStopping = true;
    const ended = (): void => {
      if (this.running[slot] === incarnation) this.crashProjector(slot, downMs, false);
    };
    incarnation.host.stop().then(ended, (error: unknown) => {
      const cause = unexpected(error);
      if (cause) this.recordViolation(`${incarnation.process.name}: while stopping: ${cause.stack ?? cause.message}`);
      ended();
    });
    this.world.scheduleEvent(STOP_MS_MAX, ended);
  }

  /** Runs until all shards are owned, divided fairly, caught up and stored, or until `endMs`. Returns whether they are. */
  async runUntilSettled(faultsEndMs: number, endMs: number): Promise<boolean> {
    let isDone = false;
    const look = (): void => {
      isDone = this.world.nowMs > faultsEndMs && this.isSettled();
      if (!isDone) this.world.scheduleEvent(500, look);
    };
    look();
    return this.world.runEvents(() => isDone || this.violations.size > 0, endMs);
  }

  private isSettled(): boolean {
    if (this.running.some((each) => each === null || each.isStopping || !each.process.isRunning)) return false;
    const share = Math.ceil(this.plan.shards / this.running.length);
    const owned = this.running.map((each) => each?.host.owners() ?? []);
    if (owned.some((shards) => shards.length > share) || owned.flat().length !== this.plan.shards) return false;
    if (owned.flat().some(({ shard, offset }) => offset !== this.logs[shard].records.length - 1)) return false;
    const { owners } = this.database;
    if (this.running.some((each, slot) => owned[slot].some(({ shard }) => owners[shard] !== each?.process.name))) {
      return false;
    }
    return this.logs.every(({ records }, shard) => {
      const { positions } = this.database.storedShard(shard);
      return positions.size === PARTICIPANTS && [...positions.values()].every((at) => at === records.length - 1);
    });
  }

  /** Describes why the cluster is not settled. */
  unsettled(): string {
    const hosts = this.running.map((each) => {
      const owners = each?.host
        .owners()
        .map(({ shard, offset, caughtUp }) => `${shard} at ${offset}${caughtUp ? '' : ' (replaying)'}`);
      return each ? `${each.process.name} owns ${owners?.join(', ') || 'nothing'}` : 'one projector is down';
    });
    const stored = this.logs.map(({ records }, shard) => {
      const { positions, committedAhead } = this.database.storedShard(shard);
      return `shard ${shard}, owner ${this.database.owners[shard] ?? 'none'}: stored ${JSON.stringify([...positions])} of ${records.length}, ${committedAhead.size} committed ahead`;
    });
    return [...hosts, ...stored].join('; ');
  }

  /** Returns the digest of a shard's state in its owner's memory. */
  digestOf(shard: number): string {
    const owned = this.running.flatMap((each) => [...(each?.host.folds() ?? [])]).find((each) => each.shard === shard);
    return owned?.fold.digest() ?? 'it has no owner';
  }

  plainFold(shard: number): PlainFold {
    return this.plain[shard];
  }
}
