import type { Cluster } from './cluster';
import type { Blow, HostFault } from './plan';

/** Schedules the faults of projectors, database and network. Returns when the last of them has ended, in ms. */
export function scheduleHostFaults(cluster: Cluster, faults: readonly HostFault[]): number {
  let endMs = 0;
  for (const fault of faults) {
    cluster.world.scheduleEvent(fault.atMs, () => apply(cluster, fault));
    endMs = Math.max(endMs, fault.atMs + durationMs(fault));
  }
  return endMs;
}

function durationMs(fault: HostFault): number {
  if ('forMs' in fault) return fault.forMs;
  return 'downMs' in fault ? fault.downMs : 0;
}

function apply(cluster: Cluster, fault: HostFault): void {
  const { faults, world, database, broker } = cluster;
  switch (fault.kind) {
    case 'strike':
      return strike(cluster, fault.host, fault);
    case 'strike-at': {
      const process = cluster.processOf(fault.host);
      if (!process) return;
      const { statement, after } = fault;
      return faults.arm({
        ...{ process, kind: statement, statements: after },
        // Strikes from outside the process: its statement is already being sent.
        strike: () => world.scheduleEvent(0, () => strike(cluster, fault.host, fault)),
      });
    }
    case 'restart':
      return cluster.restartProjector(fault.host, fault.downMs);
    case 'outage': {
      const process = cluster.processOf(fault.host);
      return process ? faults.interruptProcess(process, fault.forMs, fault.outage) : undefined;
    }
    case 'commit-error': {
      const process = cluster.processOf(fault.host);
      return process ? faults.failNextCommit(process, fault.outage) : undefined;
    }
    case 'slow-store':
      cluster.excuseAll(fault.forMs + fault.byMs);
      return faults.slowDown({
        kinds: ['lease', 'release', 'take'],
        process: null,
        forMs: fault.forMs,
        byMs: fault.byMs,
      });
    case 'slow-release':
      return faults.slowDown({ kinds: ['release'], process: null, forMs: fault.forMs, byMs: fault.byMs });
    case 'slow-load':
      return faults.slowDown({ kinds: ['load'], process: null, forMs: fault.forMs, byMs: fault.byMs });
    case 'slow-checkpoint':
      return faults.slowDown({ kinds: ['checkpoint'], process: null, forMs: fault.forMs, byMs: fault.byMs });
    case 'slow-write':
      return faults.slowDown({ kinds: ['write'], process: null, forMs: fault.forMs, byMs: fault.byMs });
    case 'hold-commits':
      void database.statement(async (session) => {
        await database.holdCommits(session);
        await new Promise<void>((resolve) => world.scheduleEvent(fault.forMs, resolve));
      });
      return;
    case 'database-clock':
      cluster.excuseAll(0);
      database.clockAheadMs += fault.byMs;
      return;
    case 'log-stall':
      return broker.stall(fault.shard, fault.forMs);
    case 'log-failed':
      return broker.failShardLog(fault.shard);
    default:
      fault satisfies never;
  }
}

function strike(cluster: Cluster, host: number, blow: Blow): void {
  switch (blow.blow) {
    case 'crash':
      return cluster.crashProjector(host, blow.downMs, blow.lingers);
    case 'pause':
      return cluster.processOf(host)?.pauseProcess(blow.forMs);
    case 'disconnect':
      return cluster.disconnectHost(host);
    default:
      blow satisfies never;
  }
}
