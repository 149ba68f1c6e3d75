import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Stands between a client and PostgreSQL, to take the database away and to give it back. */
export class DatabaseSwitch {
  private readonly open = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  private frozen = false;

  constructor(private readonly databaseUrl: string) {}

  /** Address of the database by way of the switch. */
  async start(): Promise<string> {
    await this.listen(0);
    const url = new URL(this.databaseUrl);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Cuts every connection and refuses new ones. */
  async off(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const socket of this.open) socket.destroy();
    this.open.clear();
    if (server !== null) {
      server.close();
      await once(server, 'close');
    }
  }

  /** Keeps every connection open, also new ones, and forwards nothing any more; ended by `off`. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.open) socket.unpipe().pause();
  }

  on(): Promise<void> {
    this.frozen = false;
    return this.listen(this.port);
  }

  private async listen(port: number): Promise<void> {
    const { hostname, port: databasePort } = new URL(this.databaseUrl);
    const server = createServer((client) => {
      const upstream = connect(Number(databasePort), hostname);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.open.add(one);
        if (!this.frozen) one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.open.delete(one);
          other.destroy();
        });
      }
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The switch listens on no port.');
    this.port = address.port;
    this.server = server;
  }
}
