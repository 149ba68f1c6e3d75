import { connect, type Socket } from 'node:net';

/** A plain socket on a live stream; stores the ids of complete events. */
export class Client {
  readonly ids: string[] = [];
  private rest = '';
  private constructor(readonly socket: Socket) {}

  static open(port: number, targetKey: number, lastId?: string): Client {
    const client = new Client(connect(port, '127.0.0.1'));
    const resume = lastId === undefined ? '' : `Last-Event-ID: ${lastId}\r\n`;
    client.socket.write(`GET /${targetKey} HTTP/1.1\r\nHost: x\r\n${resume}\r\n`);
    client.socket.setEncoding('latin1');
    client.socket.on('data', (text: string) => client.take(text));
    client.socket.on('error', () => client.socket.destroy());
    return client;
  }

  seen: string | undefined;

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      if (id === undefined) continue;
      this.seen = id;
      if (block.includes('event: result')) this.ids.push(id);
    }
  }
}
