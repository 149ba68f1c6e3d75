import type { Invocation } from '@icmp-mon/platform/command-line';
import { ApiClient } from './api/api-client';
import { connectionOf, type GivenConnection } from './connection/connection';
import type { Output } from './output/output';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One run of the program: its command line, output and connection. */
export class Session {
  private client: ApiClient | undefined;

  constructor(
    readonly asked: Invocation,
    readonly output: Output,
    readonly environment: Environment,
    /** Aborted by Ctrl-C. */
    readonly signal: AbortSignal,
  ) {}

  /** The API of the named installation. */
  get api(): ApiClient {
    const { output } = this;
    this.client ??= new ApiClient(connectionOf(this.given, this.environment), (line) => output.note(line), this.signal);
    return this.client;
  }

  private get given(): GivenConnection {
    const [url, keyFile, ca, profile] = ['url', 'key-file', 'ca', 'profile'].map((name) => this.asked.text(name));
    return { url, keyFile, ca, profile };
  }

  close(): void {
    this.client?.close();
  }
}

/** Runs one command; resolves with its exit code, 0 unless set. */
export type Action = (session: Session) => Promise<number | void>;
export type Actions = Readonly<Record<string, Action>>;
