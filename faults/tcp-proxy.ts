import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ThinLine } from './thin-line';

/** What the proxy does to what passes through it. */
export type ProxyMode =
  | { kind: 'open' }
  /** Nobody listens, as after an uplink's death that the kernel notices. */
  | { kind: 'refuse' }
  /** Connections stay and nothing moves: a router that forgot them. */
  | { kind: 'half-open' }
  /** Each connection is reset after so many bytes from the client. */
  | { kind: 'reset'; afterBytes: number }
  /** So many bytes a second from the client. */
  | { kind: 'slow'; bytesPerS: number }
  /** What the clients send goes by one line that carries little. */
  | { kind: 'thin'; line: ThinLine }
  /** A share of the connections' chunks never arrives, which ends the connection like a loss that TCP cannot mend. */
  | { kind: 'lossy'; share: number; random: () => number };

const SLOW_STEP_MS = 1_000;

/** A TCP proxy between agents and the gateway that can be told to misbehave. */
export class TcpProxy {
  mode: ProxyMode = { kind: 'open' };
  connections = 0;
  resets = 0;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private targetPort = 0;

  /** The port on which it listens; the target may be told later. */
  async listen(): Promise<number> {
    this.server = createServer({ allowHalfOpen: false }, (client) => this.serve(client));
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Where it leads. */
  get port(): number {
    return this.targetPort;
  }

  forwardTo(port: number): void {
    this.targetPort = port;
  }

  /** Changes the mode; what is open is cut, so that the new mode holds for all. */
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
    this.keep(client);
    if (this.mode.kind === 'refuse' || this.targetPort === 0) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.targetPort, '127.0.0.1');
    this.keep(server);
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
    server.on('data', (chunk) => {
      if (this.mode.kind === 'half-open') return;
      if (this.loses()) return this.reset(client, server);
      client.write(chunk);
    });
    this.pass(client, server);
  }

  /** The way from the client to the server, on which faults strike. */
  private pass(client: Socket, server: Socket): void {
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
          if (passed > mode.afterBytes) return this.reset(client, server);
          break;
        case 'slow':
          waiting.push(chunk);
          timer ??= setInterval(() => trickle(mode.bytesPerS), SLOW_STEP_MS);
          return;
        case 'thin':
          return mode.line.pass(client, server, chunk);
        case 'lossy':
          if (this.loses()) return this.reset(client, server);
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

  private reset(client: Socket, server: Socket): void {
    this.resets++;
    client.resetAndDestroy();
    server.resetAndDestroy();
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // Resets are what this is for; whoever is at the other end is the one to be watched.
    socket.on('error', () => socket.destroy());
  }
}
