import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a service that a test can freeze, make refuse connections, or make answer instead of the service. */
export class TestProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  private isFrozen = false;

  /** Starts the proxy. Returns the service's URL with the address of the proxy. */
  async start(serviceUrl: string): Promise<string> {
    const { hostname, port } = new URL(serviceUrl);
    this.server = createServer((client) => this.forward(client, connect(Number(port), hostname)));
    await this.listenOn(0);
    const url = new URL(serviceUrl);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Keeps connections open but forwards nothing, like a suspended process. Data sent meanwhile is lost. */
  freezeConnections(isFrozen: boolean): void {
    this.isFrozen = isFrozen;
  }

  /** Closes all connections and refuses new ones, like a machine without the service. */
  async refuseConnections(): Promise<void> {
    const closed = once(this.server as Server, 'close');
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Accepts connections again. */
  async acceptConnections(): Promise<void> {
    await this.listenOn(this.port);
  }

  /** Answers requests on the currently open connections by `answer`; new connections are forwarded. */
  answerOpenOnes(answer: (request: Buffer) => string): void {
    for (const socket of this.sockets) {
      if (socket.localPort !== this.port) continue;
      socket.removeAllListeners('data');
      socket.on('data', (request) => socket.write(answer(request)));
    }
  }

  async stop(): Promise<void> {
    if (this.server?.listening === true) await this.refuseConnections();
  }

  private async listenOn(port: number): Promise<void> {
    this.server?.listen(port, '127.0.0.1');
    await once(this.server as Server, 'listening');
    const address = this.server?.address();
    if (address === null || address === undefined || typeof address === 'string')
      throw new Error('The proxy does not listen on a port.');
    this.port = address.port;
  }

  private forward(client: Socket, service: Socket): void {
    for (const [from, to] of [
      [client, service],
      [service, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (bytes) => this.isFrozen || to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
