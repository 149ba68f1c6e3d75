import type { Socket } from 'node:net';

const STEP_MS = 50;
/** Bytes of one connection per turn. */
const TURN_BYTES = 1_024;

interface Waiting {
  client: Socket;
  /** Rest of its last chunk that is not transferred yet. */
  chunk: Buffer;
}

/** A connection of limited bandwidth, shared by all connections in turn. */
export class ThinLine {
  private readonly waiting = new Map<Socket, Waiting>();
  private readonly known = new WeakSet<Socket>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly bytesPerS: number) {}

  /** Forwards a chunk to the server in its turn; until then the client's connection is not read. */
  passChunk(client: Socket, server: Socket, chunk: Buffer): void {
    // The client is not read again before its chunk is transferred, so no other chunk of it waits.
    this.waiting.set(server, { client, chunk });
    client.pause();
    if (!this.known.has(server)) {
      this.known.add(server);
      server.once('close', () => this.waiting.delete(server));
    }
    this.timer ??= setInterval(() => this.scheduleStep((this.bytesPerS * STEP_MS) / 1_000), STEP_MS);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private scheduleStep(bytes: number): void {
    for (let left = bytes; left > 0;) {
      const [next] = this.waiting;
      if (next === undefined) return;
      const [server, waiting] = next;
      this.waiting.delete(server);
      const part = waiting.chunk.subarray(0, Math.min(left, TURN_BYTES));
      left -= part.length;
      server.write(part);
      waiting.chunk = waiting.chunk.subarray(part.length);
      if (waiting.chunk.length > 0) this.waiting.set(server, waiting);
      else waiting.client.resume();
    }
  }
}
