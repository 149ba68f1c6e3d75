import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';
import { addressGroup } from './client-address';

/** How long a connection beyond a limit may stay silent before it is closed. */
const BEYOND_SILENT_MS = 2_000;
/** Connections above `connectionsMax` that stay open to receive the reason for the refusal; Node closes further ones immediately. */
const REFUSED_MAX = 256;
/** Connections beyond their address's limit that may be open: after a restart of the server all viewers of an office reconnect at the same time. */
const BEYOND_ADDRESS_MAX = 2_048;

const open = new Gauge({
  name: 'icmpmon_http_connections_open',
  help: 'Open client connections of this process.',
  registers: [metrics],
});

const refusedTotal = new Counter({
  name: 'icmpmon_http_connections_refused_total',
  help: 'Connections refused because of a limit: of the process (all), of one address without a login (address), of one user or API key (caller).',
  labelNames: ['limit'],
  registers: [metrics],
});

/** Maximum connections of one user or API key, a quarter of all: enough for 170 browsers of one shared user with six connections each. */
export const CONNECTIONS_PER_CALLER_MAX = 1_024;

export interface ConnectionLimitOptions {
  /** Maximum connections of all clients together. */
  connectionsMax: number;
  /** Maximum connections of one address (IPv6: one /64) on which no caller has authenticated yet. */
  perAddressMax: number;
  /** Maximum connections of one user or API key, from all addresses together. */
  perCallerMax: number;
  /** Returns true for an address with many clients behind it, such as a reverse proxy: only `connectionsMax` applies to its connections. */
  isExempt?: (address: string) => boolean;
}

/** The limit that a connection exceeds. A refusal by `address` is lifted when the caller authenticates. */
export interface ConnectionRefusal {
  limit: 'all' | 'address';
  detail: string;
}

/** Counters that one socket takes part in. */
interface Counted {
  forgetAddress?: () => void;
  /** Counts the connection for a caller; false when the caller has too many. */
  countCaller?: (caller: string) => boolean;
}

const counted = new WeakMap<Socket, Counted>();

/**
 * Marks the connection as authenticated by `caller`: from now on it counts against the caller's limit instead of the address's. Returns
 * false if the caller already has the maximum number of connections; the connection should then be closed.
 */
export function markAuthenticated(socket: Socket, caller: string): boolean {
  const { countCaller } = counted.get(socket) ?? {};
  if (countCaller?.(caller) === false) return false;
  forgetAddress(socket);
  return true;
}

function forgetAddress(socket: Socket): void {
  const entry = counted.get(socket);
  entry?.forgetAddress?.();
  delete entry?.forgetAddress;
}

/**
 * Limits the connections of a server: in total, per address without authentication, and per authenticated caller. A connection beyond a
 * limit may send one request immediately; the answer contains the reason for the refusal (`refusalOf`). A connection beyond the limit of
 * its address is served if it authenticates (`markAuthenticated`).
 */
export class ConnectionLimits {
  private connections = 0;
  private beyondAddress = 0;
  private readonly refusals = new WeakMap<Socket, ConnectionRefusal>();
  private readonly byAddress = new Map<string, number>();
  private readonly byCaller = new Map<string, number>();

  constructor(private readonly options: ConnectionLimitOptions) {}

  /** Starts counting the server's connections. Call it before the server listens. */
  watchServer(server: Server): void {
    server.maxConnections = this.options.connectionsMax + REFUSED_MAX;
    server.on('drop', () => refusedTotal.inc({ limit: 'all' }));
    server.on('connection', (socket) => this.addConnection(socket));
  }

  /** Returns the reason why the connection is not served; null for one within the limits. */
  refusalOf(socket: Socket): ConnectionRefusal | null {
    return this.refusals.get(socket) ?? null;
  }

  private addConnection(socket: Socket): void {
    const { connectionsMax, perAddressMax, isExempt } = this.options;
    const { remoteAddress } = socket;
    const address = remoteAddress !== undefined && isExempt?.(remoteAddress) ? null : addressGroup(remoteAddress);
    if (this.connections >= connectionsMax) {
      return this.refuseConnection(
        socket,
        'all',
        `This server holds ${connectionsMax} connections, its limit. Try again shortly.`,
      );
    }
    this.countOpen(1);
    const entry: Counted = {};
    counted.set(socket, entry);
    socket.once('close', () => {
      this.countOpen(-1);
      forgetAddress(socket);
    });
    if (address === null) return;
    entry.countCaller = this.callerCounterOf(socket);
    if ((this.byAddress.get(address) ?? 0) >= perAddressMax) this.holdBeyondAddress(socket, address, entry);
    else {
      change(this.byAddress, address, 1);
      entry.forgetAddress = () => change(this.byAddress, address, -1);
    }
  }

  private callerCounterOf(socket: Socket): (caller: string) => boolean {
    let last: string | null = null;
    socket.once('close', () => {
      if (last !== null) change(this.byCaller, last, -1);
      last = null;
    });
    return (caller) => {
      // Authentication is asynchronous: the connection may have closed before it ended.
      if (caller === last || socket.destroyed) return true;
      if ((this.byCaller.get(caller) ?? 0) >= this.options.perCallerMax) {
        refusedTotal.inc({ limit: 'caller' });
        return false;
      }
      if (last !== null) change(this.byCaller, last, -1);
      change(this.byCaller, caller, 1);
      last = caller;
      return true;
    };
  }

  private holdBeyondAddress(socket: Socket, address: string, entry: Counted): void {
    if (this.beyondAddress >= BEYOND_ADDRESS_MAX) {
      refusedTotal.inc({ limit: 'address' });
      socket.destroy();
      return;
    }
    this.beyondAddress += 1;
    entry.forgetAddress = () => {
      this.beyondAddress -= 1;
      this.refusals.delete(socket);
    };
    const { perAddressMax } = this.options;
    const detail = `${perAddressMax} connections without a login are open from ${address}, the limit per address. Close some of them.`;
    this.refuseConnection(socket, 'address', detail);
  }

  private refuseConnection(socket: Socket, limit: ConnectionRefusal['limit'], detail: string): void {
    refusedTotal.inc({ limit });
    this.refusals.set(socket, { limit, detail });
    const silent = setTimeout(() => {
      // Lets the event loop read data that has already arrived.
      setImmediate(() => {
        if (socket.bytesRead === 0) socket.destroy();
      });
    }, BEYOND_SILENT_MS);
    socket.once('close', () => clearTimeout(silent));
  }

  private countOpen(by: number): void {
    this.connections += by;
    open.set(this.connections);
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count <= 0) counts.delete(key);
  else counts.set(key, count);
}
