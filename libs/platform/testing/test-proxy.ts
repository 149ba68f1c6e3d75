import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Forwards connections to a service, until a test has it freeze, refuse or answer in the service's place. */
export class TestProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;
  private isFrozen = false;

  /** Returns the URL with the address of the proxy in place of the service's. */
  async start(serviceUrl: string): Promise<string> {
    const { hostname, port } = new URL(serviceUrl);
    this.server = createServer((client) => this.forward(client, connect(Number(port), hostname)));
    await this.listen(0);
    const url = new URL(serviceUrl);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Keeps every connection open and forwards nothing, as a stopped process does. What is sent meanwhile is lost. */
  freeze(isFrozen: boolean): void {
    this.isFrozen = isFrozen;
  }

  /** Ends every connection and refuses new ones, as a machine without the service does. */
  async refuse(): Promise<void> {
    const closed = once(this.server as Server, 'close');
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Accepts connections again. */
  async accept(): Promise<void> {
    await this.listen(this.port);
  }

  /** What comes on the connections that are open now is answered by `answer`; new ones are forwarded. */
  answerOpenOnes(answer: (request: Buffer) => string): void {
    for (const socket of this.sockets) {
      if (socket.localPort !== this.port) continue;
      socket.removeAllListeners('data');
      socket.on('data', (request) => socket.write(answer(request)));
    }
  }

  async stop(): Promise<void> {
    if (this.server?.listening === true) await this.refuse();
  }

  private async listen(port: number): Promise<void> {
    this.server?.listen(port, '127.0.0.1');
    await once(this.server as Server, 'listening');
    const address = this.server?.address();
    if (address === null || address === undefined || typeof address === 'string')
      throw new Error('The proxy listens on no port.');
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
