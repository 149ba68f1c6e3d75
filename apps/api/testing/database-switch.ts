import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP proxy between a client and PostgreSQL, to interrupt the connection and restore it. */
export class DatabaseSwitch {
  private readonly open = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  private frozen = false;

  constructor(private readonly databaseUrl: string) {}

  /** Starts the proxy and returns the database's URL through it. */
  async start(): Promise<string> {
    await this.listenOn(0);
    const url = new URL(this.databaseUrl);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Closes every connection and refuses new ones. */
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

  /** Keeps every connection open, including new ones, but forwards nothing until `off`. */
  freezeConnections(): void {
    this.frozen = true;
    for (const socket of this.open) socket.unpipe().pause();
  }

  on(): Promise<void> {
    this.frozen = false;
    return this.listenOn(this.port);
  }

  private async listenOn(port: number): Promise<void> {
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
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
    this.port = address.port;
    this.server = server;
  }
}
