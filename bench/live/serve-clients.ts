import { connect, type Socket } from 'node:net';
import type { ClientsRequest, Progress } from './messages';

const EVENT_END = Buffer.from('\n\n');
const ID = Buffer.from('id: ');
const RESULT = Buffer.from('event: result');
const TARGET = Buffer.from('event: target');
/** Clients that connect concurrently: all of them, as after a server restart. */
const OPENING_MAX = 1_000;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const COLON = 58;

const tell = (progress: Progress): void => void process.send?.(progress);

/** A client of server-sent events over a plain socket: counts events, and sums their ids. */
class Client {
  events = 0;
  sum = 0;
  private rest: Buffer | null = null;
  private answered = false;
  private open = false;
  private readonly socket: Socket;

  constructor(
    port: number,
    request: string,
    private readonly clients: Clients,
  ) {
    this.socket = connect(port, '127.0.0.1', () => this.socket.write(request));
    this.socket.on('data', (chunk) => this.takeChunk(chunk));
    this.socket.on('error', (error) => tell({ kind: 'failed', reason: error.message }));
    this.socket.on('close', () => clients.closed());
  }

  endClient(): void {
    this.socket.destroy();
  }

  private takeChunk(chunk: Buffer): void {
    if (!this.answered) {
      this.answered = true;
      const answer = chunk.toString('latin1', 0, chunk.indexOf(13));
      if (!answer.endsWith(' 200 OK')) tell({ kind: 'failed', reason: answer });
    }
    const bytes = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(EVENT_END); end >= 0; end = bytes.indexOf(EVENT_END, at)) {
      this.takeBlock(bytes, at, end);
      at = end + 2;
    }
    this.rest = at === bytes.length ? null : bytes.subarray(at);
  }

  private takeBlock(bytes: Buffer, from: number, to: number): void {
    if (bytes.compare(ID, 0, 4, from, from + 4) !== 0) return;
    const line = bytes.indexOf(10, from) + 1;
    const counted =
      line > 0 &&
      line < to &&
      (bytes.compare(RESULT, 0, 13, line, line + 13) === 0 || bytes.compare(TARGET, 0, 13, line, line + 13) === 0);
    if (counted) {
      this.sum = (this.sum + idNumber(bytes, from + 4)) % Number.MAX_SAFE_INTEGER;
      this.events++;
      this.clients.counted(this.events);
    } else if (!this.open) {
      // The first id without an event is the position from which the stream continues.
      this.open = true;
      this.clients.reportOpened();
    }
  }
}

/** Returns `shard:position:index` as position × 1,000 + index, and a plain number n as n × 1,000. */
function idNumber(bytes: Buffer, from: number): number {
  const parts = [0, 0, 0];
  let part = 0;
  for (let at = from; ; at++) {
    const byte = bytes[at];
    if (byte === COLON) part++;
    else if (byte >= DIGIT_0 && byte <= DIGIT_9) parts[part] = parts[part] * 10 + byte - DIGIT_0;
    else break;
  }
  return part === 0 ? parts[0] * 1_000 : parts[1] * 1_000 + parts[2];
}

class Clients {
  private clients: Client[] = [];
  private openCount = 0;
  private expected = 0;
  private openMore: () => void = () => undefined;
  private perRound = 1;
  private doneBy: number[] = [];

  openClients(url: string, paths: readonly string[], headers: Record<string, string>): void {
    const { port, host } = new URL(url);
    const fields = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\n${fields.join('')}\r\n`;
    this.clients = [];
    this.expected = paths.length;
    this.openMore = () => {
      for (const path of paths.slice(this.clients.length, this.openCount + OPENING_MAX))
        this.clients.push(new Client(Number(port), request(path), this));
    };
    this.openMore();
  }

  reportOpened(): void {
    this.openCount++;
    this.openMore();
    if (this.openCount === this.expected) tell({ kind: 'open', clients: this.openCount });
  }

  countRounds(perRound: number): void {
    this.perRound = perRound;
    this.doneBy = [];
    for (const client of this.clients) {
      client.events = 0;
      client.sum = 0;
    }
    tell({ kind: 'counting' });
  }

  counted(events: number): void {
    if (events % this.perRound !== 0) return;
    const round = events / this.perRound - 1;
    const done = (this.doneBy[round] ?? 0) + 1;
    this.doneBy[round] = done;
    if (done === this.clients.length) tell({ kind: 'round', rounds: round + 1 });
  }

  sumClients(): void {
    const events = this.clients.reduce((all, client) => all + client.events, 0);
    tell({ kind: 'sum', events, sums: this.clients.map(({ sum }) => sum) });
  }

  close(): void {
    for (const client of this.clients) client.endClient();
  }

  closed(): void {
    if (--this.openCount > 0) return;
    this.clients = [];
    tell({ kind: 'closed' });
  }
}

/** Runs the clients' process; requests arrive as messages of the parent. */
export function serveClients(): void {
  const clients = new Clients();
  process.on('message', (message) => {
    const request = message as ClientsRequest;
    if (request.kind === 'open') clients.openClients(request.url, request.paths, request.headers);
    else if (request.kind === 'count') clients.countRounds(request.perRound);
    else if (request.kind === 'sum') clients.sumClients();
    else clients.close();
  });
  for (const event of ['disconnect', 'SIGTERM']) process.once(event, () => process.exit(0));
}
