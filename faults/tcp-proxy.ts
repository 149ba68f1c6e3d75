import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ThinLine } from './thin-line';

/** Effect of the proxy on its connections. */
export type ProxyMode =
  | { kind: 'open' }
  /** Connections are refused, as after the failure of an uplink that the kernel detects. */
  | { kind: 'refuse' }
  /** Connections stay open but transfer nothing, as when a router has lost their state. */
  | { kind: 'half-open' }
  /** Each connection is reset after this many bytes from the client. */
  | { kind: 'reset'; afterBytes: number }
  /** Limits each client to this many bytes per second. */
  | { kind: 'slow'; bytesPerS: number }
  /** All clients' data share one connection of low bandwidth. */
  | { kind: 'thin'; line: ThinLine }
  /** A share of the chunks is lost, which ends the connection like a loss that TCP cannot recover from. */
  | { kind: 'lossy'; share: number; random: () => number };

const SLOW_STEP_MS = 1_000;

/** A TCP proxy between agents and the gateway with selectable faults. */
export class TcpProxy {
  mode: ProxyMode = { kind: 'open' };
  connections = 0;
  resets = 0;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private targetPort = 0;

  /** Starts listening and returns the port; the target may be set later. */
  async listenOn(): Promise<number> {
    this.server = createServer({ allowHalfOpen: false }, (client) => this.serve(client));
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Port of the target. */
  get port(): number {
    return this.targetPort;
  }

  forwardTo(port: number): void {
    this.targetPort = port;
  }

  /** Changes the mode and ends open connections, so that the new mode applies to all. */
  become(mode: ProxyMode): void {
    if (mode.kind === 'open' && this.mode.kind === 'open') return;
    this.mode = mode;
    if (mode.kind !== 'half-open') this.disconnectAll();
  }

  disconnectAll(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.disconnectAll();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }

  private serve(client: Socket): void {
    this.connections++;
    this.keepSocket(client);
    if (this.mode.kind === 'refuse' || this.targetPort === 0) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.targetPort, '127.0.0.1');
    this.keepSocket(server);
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
    server.on('data', (chunk) => {
      if (this.mode.kind === 'half-open') return;
      if (this.loses()) return this.resetPair(client, server);
      client.write(chunk);
    });
    this.passBytes(client, server);
  }

  /** Forwards data from the client to the server, with the faults of the mode. */
  private passBytes(client: Socket, server: Socket): void {
    let passed = 0;
    const waiting: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    const trickle = (bytes: number): void => {
      const [first] = waiting;
      if (!first || server.destroyed) return;
      server.write(first.subarray(0, bytes));
      if (first.length <= bytes) waiting.shift();
      else waiting[0] = first.subarray(bytes);
    };
    client.once('close', () => clearInterval(timer));
    client.on('data', (chunk) => {
      const { mode } = this;
      passed += chunk.length;
      switch (mode.kind) {
        case 'half-open':
          return;
        case 'reset':
          if (passed > mode.afterBytes) return this.resetPair(client, server);
          break;
        case 'slow':
          waiting.push(chunk);
          timer ??= setInterval(() => trickle(mode.bytesPerS), SLOW_STEP_MS);
          return;
        case 'thin':
          return mode.line.passChunk(client, server, chunk);
        case 'lossy':
          if (this.loses()) return this.resetPair(client, server);
          break;
        case 'open':
        case 'refuse':
          break;
        default:
          mode satisfies never;
      }
      server.write(chunk);
    });
  }

  private loses(): boolean {
    return this.mode.kind === 'lossy' && this.mode.random() < this.mode.share;
  }

  private resetPair(client: Socket, server: Socket): void {
    this.resets++;
    client.resetAndDestroy();
    server.resetAndDestroy();
  }

  private keepSocket(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // Resets are intended; their effect is observed at the agents and the gateway.
    socket.on('error', () => socket.destroy());
  }
}
