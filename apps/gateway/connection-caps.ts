import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { addressGroup } from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { connectionsOpen, connectionsRefused } from './results/results-metrics';

const LOG_EVERY_MS = 60_000;

export interface ConnectionCapOptions {
  /** Name of the listener, for logs and metrics. */
  name: string;
  connectionsMax: number;
  /** Limit per address, or per /64 with IPv6. Behind a load balancer that passes TCP through, all clients share one address. */
  perAddressMax: number;
  /** Limit per client, by its certificate. */
  perClient?: { clientOf: (socket: TLSSocket) => string | null; connectionsMax: number };
}

interface Connection {
  socket: Socket;
  group: string;
}

/**
 * Limits the connections of a listener, of each address, and of each client. A connection without a finished TLS handshake gives way to
 * a newer one, oldest first: silent connections therefore cannot block others, and connections in use are not ended.
 */
export class ConnectionCaps {
  private readonly logger;
  private connections = 0;
  private readonly byGroup = new Map<string, number>();
  /** Connections without a finished handshake, by the client's address and port, oldest first. */
  private readonly silent = new Map<string, Connection>();
  private readonly byClient = new Map<string, Set<TLSSocket>>();
  private loggedAtMs = -Infinity;

  constructor(private readonly options: ConnectionCapOptions) {
    this.logger = createLogger(options.name);
  }

  /** Starts counting; call it before the server listens. */
  watchServer(server: Server): void {
    server.on('connection', (socket) => this.addConnection(socket));
    server.on('secureConnection', (socket) => this.known(socket));
  }

  private addConnection(socket: Socket): void {
    const { connectionsMax, perAddressMax } = this.options;
    const group = addressGroup(socket.remoteAddress);
    if ((this.byGroup.get(group) ?? 0) >= perAddressMax && !this.endSilent(group)) {
      return this.refuseConnection(socket, 'address', group);
    }
    if (this.connections >= connectionsMax && !this.endSilent(null)) return this.refuseConnection(socket, 'all', group);
    const key = keyOf(socket);
    this.silent.set(key, { socket, group });
    this.countOpen(group, 1);
    socket.once('close', () => {
      if (this.silent.get(key)?.socket === socket) this.silent.delete(key);
      this.countOpen(group, -1);
    });
  }

  /** Ends the oldest connection without a finished handshake; returns false when there is none. */
  private endSilent(group: string | null): boolean {
    for (const [key, connection] of this.silent) {
      if (group !== null && connection.group !== group) continue;
      this.silent.delete(key);
      connectionsRefused.inc({ listener: this.options.name, reason: 'silent' });
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  private refuseConnection(socket: Socket, reason: 'all' | 'address', group: string): void {
    connectionsRefused.inc({ listener: this.options.name, reason });
    socket.destroy();
    if (performance.now() - this.loggedAtMs < LOG_EVERY_MS) return;
    this.loggedAtMs = performance.now();
    const { connectionsMax, perAddressMax } = this.options;
    this.logger.warn({ reason, address: group, connectionsMax, perAddressMax }, 'connection refused: limit reached');
  }

  private known(socket: TLSSocket): void {
    this.silent.delete(keyOf(socket));
    const { perClient } = this.options;
    const client = perClient?.clientOf(socket) ?? null;
    if (perClient === undefined || client === null) return;
    const open = this.byClient.get(client) ?? new Set();
    this.byClient.set(client, open.add(socket));
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0 && this.byClient.get(client) === open) this.byClient.delete(client);
    });
    const [oldest] = open;
    if (open.size <= perClient.connectionsMax || oldest === undefined) return;
    // Connections that an agent left behind when its network broke are older than those in use.
    open.delete(oldest);
    connectionsRefused.inc({ listener: this.options.name, reason: 'client' });
    oldest.destroy();
  }

  private countOpen(group: string, change: number): void {
    this.connections += change;
    connectionsOpen.set({ listener: this.options.name }, this.connections);
    const ofGroup = (this.byGroup.get(group) ?? 0) + change;
    if (ofGroup === 0) this.byGroup.delete(group);
    else this.byGroup.set(group, ofGroup);
  }
}

/** Returns the same key for a connection and for the TLS socket on it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}|${remotePort}`;
}
