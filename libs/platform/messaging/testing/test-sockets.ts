import { Server, type Socket, connect, createServer } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

type Mode = 'open' | 'refused' | 'silent';

/**
 * Connections to brokers that a test can disconnect. `disconnectAll()` destroys the open ones; `mode` applies to new ones: `open` connects to
 * the broker, `refused` fails, `silent` connects to a peer that never answers.
 */
export class TestSockets {
  mode: Mode = 'open';
  private readonly sockets = new Set<Socket>();
  private silentServer: Server | null = null;
  private silentPort = 0;

  readonly factory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ ...this.addressOf(host, port) }, onConnect);
    socket.setKeepAlive(true, 60_000);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  async start(): Promise<void> {
    const server = createServer((socket) => socket.on('error', () => socket.destroy()).resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.silentServer = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the silent server has no port');
    this.silentPort = address.port;
  }

  /** Resets every open connection. */
  disconnectAll(): void {
    for (const socket of this.sockets) socket.destroy(new Error('disconnected by the test'));
  }

  close(): void {
    this.disconnectAll();
    this.silentServer?.close();
  }

  private addressOf(host: string, port: number): { host: string; port: number } {
    if (this.mode === 'open') return { host, port };
    // No process listens on port 1 of loopback.
    return { host: '127.0.0.1', port: this.mode === 'silent' ? this.silentPort : 1 };
  }
}
