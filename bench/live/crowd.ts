import { type ChildProcess, fork } from 'node:child_process';
import { bounded } from '@icmp-mon/platform/concurrency';
import type { BareRequest, ClientsRequest, Progress } from './messages';

const ANSWER_WITHIN_MS = 120_000;
/** Rounds in flight: enough that the server never waits for the bench. */
const OUTSTANDING_MAX = 4;

type Told<K extends Progress['kind']> = Extract<Progress, { kind: K }>;

/** Clients of one server, in a separate process. */
export class Crowd {
  private readonly child: ChildProcess;
  private listener: (progress: Progress) => void = () => undefined;
  private rounds = 0;

  constructor(script: string) {
    this.child = fork(script, ['live-clients'], { execArgv: [] });
    this.child.on('message', (message) => {
      const progress = message as Progress;
      if (progress.kind === 'round') this.rounds = Math.max(this.rounds, progress.rounds);
      this.listener(progress);
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Connects the clients; resolves when each has received the position from which its stream continues. */
  async openClients(url: string, paths: string[], headers: Record<string, string> = {}): Promise<void> {
    const open = this.heard('open');
    this.sendRequest({ kind: 'open', url, paths, headers });
    await open;
  }

  /**
   * Calls `beginRound` for each round, with at most four rounds in flight; returns the milliseconds until the last round has reached all
   * clients.
   */
  async followRounds(
    rounds: number,
    perRound: number,
    begin: (round: number) => Promise<void> | void,
  ): Promise<number> {
    const counting = this.heard('counting');
    this.sendRequest({ kind: 'count', perRound });
    await counting;
    this.rounds = 0;
    const startedMs = performance.now();
    for (let round = 0; round < rounds; round++) {
      await this.reached(round - OUTSTANDING_MAX + 1);
      await begin(round);
    }
    await this.reached(rounds);
    return performance.now() - startedMs;
  }

  async sumClients(): Promise<Told<'sum'>> {
    const sum = this.heard('sum');
    this.sendRequest({ kind: 'sum' });
    return sum;
  }

  async close(): Promise<void> {
    const closed = this.heard('closed');
    this.sendRequest({ kind: 'close' });
    await closed;
  }

  endProcess(): void {
    this.child.kill('SIGTERM');
  }

  private async reached(rounds: number): Promise<void> {
    while (this.rounds < rounds) await this.heard('round');
  }

  private sendRequest(request: ClientsRequest): void {
    this.child.send(request);
  }

  private heard<K extends Progress['kind']>(kind: K): Promise<Told<K>> {
    const progressed = new Promise<Told<K>>((resolve, reject) => {
      this.listener = (progress) => {
        if (progress.kind === 'failed') reject(new Error(`A client failed: ${progress.reason}`));
        else if (progress.kind === kind) resolve(progress as Told<K>);
      };
    });
    return bounded(progressed, ANSWER_WITHIN_MS, () => new Error(`The clients did not reach "${kind}" within 120 s.`));
  }
}

/** The bare server, in a separate process. */
export class BareServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(script: string): Promise<BareServer> {
    const child = fork(script, ['live-bare'], { execArgv: [] });
    const { port } = await new Promise<{ port: number }>((resolve) =>
      child.once('message', (message) => resolve(message as { port: number })),
    );
    return new BareServer(child, `http://127.0.0.1:${port}`);
  }

  chunks(chunks: string[]): void {
    this.sendRequest({ kind: 'chunks', chunks });
  }

  writeRound(round: number): void {
    this.sendRequest({ kind: 'write', round });
  }

  endProcess(): void {
    this.child.kill('SIGTERM');
  }

  private sendRequest(request: BareRequest): void {
    this.child.send(request);
  }
}
