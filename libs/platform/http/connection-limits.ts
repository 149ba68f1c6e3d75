import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';
import { addressGroup } from './client-address';

/** A refused connection may ask for the reason this long, then it is closed. */
const REFUSED_OPEN_MS = 2_000;
/** Refused connections that may be open beside the others; beyond that the system closes new ones at once. */
const REFUSED_MAX = 256;

const open = new Gauge({
  name: 'icmpmon_http_connections_open',
  help: 'Connections that clients hold open on this process.',
  registers: [metrics],
});

const refusedTotal = new Counter({
  name: 'icmpmon_http_connections_refused_total',
  help: 'Connections refused because a limit was reached: of the process (all), of one address (address).',
  labelNames: ['limit'],
  registers: [metrics],
});

export interface ConnectionLimitOptions {
  /** Connections of all clients. */
  connectionsMax: number;
  /** Connections of one address (IPv6: one /64) on which nobody has authenticated yet. */
  perAddressMax: number;
  /** Addresses that speak for many clients, such as reverse proxies: only `connectionsMax` holds for them. */
  isExempt?: (address: string) => boolean;
}

const forgetAddress = new WeakMap<Socket, () => void>();

/** Somebody authenticated on the connection: it no longer counts against its address. */
export function markAuthenticated(socket: Socket): void {
  forgetAddress.get(socket)?.();
  forgetAddress.delete(socket);
}

/**
 * Bounds the connections of a server: in all, and of each address that has not authenticated. A connection beyond a
 * limit is answered (`refusalOf`) and closed, so that its client learns why.
 */
export class ConnectionLimits {
  private connections = 0;
  private readonly refusals = new WeakMap<Socket, string>();
  private readonly byAddress = new Map<string, number>();

  constructor(private readonly options: ConnectionLimitOptions) {}

  /** Begins to count; before the server listens. */
  watch(server: Server): void {
    server.maxConnections = this.options.connectionsMax + REFUSED_MAX;
    server.on('drop', () => refusedTotal.inc({ limit: 'all' }));
    server.on('connection', (socket) => this.take(socket));
  }

  /** Why a connection is not served; null for one within the limits. */
  refusalOf(socket: Socket): string | null {
    return this.refusals.get(socket) ?? null;
  }

  private take(socket: Socket): void {
    const { connectionsMax, perAddressMax, isExempt } = this.options;
    const { remoteAddress } = socket;
    const address = remoteAddress !== undefined && isExempt?.(remoteAddress) ? null : addressGroup(remoteAddress);
    if (this.connections >= connectionsMax) {
      return this.refuse(socket, 'all', `This server holds ${connectionsMax} connections, its limit.`);
    }
    if (address !== null && (this.byAddress.get(address) ?? 0) >= perAddressMax) {
      const detail = `${perAddressMax} connections without a login are open from ${address}, the limit of one address. Close some.`;
      return this.refuse(socket, 'address', detail);
    }
    this.count(1);
    if (address !== null) {
      this.countAddress(address, 1);
      forgetAddress.set(socket, () => this.countAddress(address, -1));
    }
    socket.once('close', () => {
      this.count(-1);
      markAuthenticated(socket);
    });
  }

  private refuse(socket: Socket, limit: string, detail: string): void {
    refusedTotal.inc({ limit });
    this.refusals.set(socket, detail);
    const close = setTimeout(() => socket.destroy(), REFUSED_OPEN_MS);
    socket.once('close', () => clearTimeout(close));
  }

  private count(change: number): void {
    this.connections += change;
    open.set(this.connections);
  }

  private countAddress(address: string, change: number): void {
    const count = (this.byAddress.get(address) ?? 0) + change;
    if (count <= 0) this.byAddress.delete(address);
    else this.byAddress.set(address, count);
  }
}
