import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A raw TCP connection to an HTTP server, for tests that write invalid or incomplete requests. */
export class RawConnection {
  private text = '';
  private closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    // A reset ends the connection too; an answer received before it counts.
    socket.on('error', () => (this.closed = true));
    socket.on('close', () => (this.closed = true));
  }

  static async open(origin: string, localAddress?: string): Promise<RawConnection> {
    const { hostname: host, port } = new URL(origin);
    const socket = connect({ host, port: Number(port), ...(localAddress === undefined ? {} : { localAddress }) });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  writeRaw(text: string | Buffer): void {
    if (!this.closed) this.socket.write(text);
  }

  /** The first complete answer; null until it has arrived. */
  get answer(): RawAnswer | null {
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const [start = '', ...lines] = this.text.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const body = this.text.slice(end + 4);
    if (body.length < Number(headers['content-length'] ?? 0)) return null;
    return { status: Number(start.split(' ')[1]), headers, body };
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** Opens connections that each announce a JSON body and send all of it except the last 200 bytes. */
export async function unfinishedBodies(
  origin: string,
  { count, bytes, path, localAddress }: { count: number; bytes: number; path: string; localAddress?: string },
): Promise<RawConnection[]> {
  const begun = `{"user":"admin","password":"${'x'.repeat(bytes)}`.slice(0, bytes - 200);
  const head = [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', `Content-Length: ${bytes}`];
  const connections = await Promise.all(Array.from({ length: count }, () => RawConnection.open(origin, localAddress)));
  for (const connection of connections) connection.writeRaw(`${head.join('\r\n')}\r\n\r\n${begun}`);
  return connections;
}

/** Logs in from the given local address. Returns the status of the answer; 0 without one. */
export async function logInFrom(
  origin: string,
  localAddress: string,
  login: { user: string; password: string },
): Promise<number> {
  const body = JSON.stringify(login);
  const connection = await RawConnection.open(origin, localAddress);
  const head = ['POST /api/v1/auth/login HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Connection: close'];
  connection.writeRaw(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  if (!connection.isClosed) await once(connection.socket, 'close');
  return connection.answer?.status ?? 0;
}
