import { type CommandAgent, type CommandView, hasEnded } from '@icmp-mon/commands/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { pause, WakeUp } from '@icmp-mon/platform/concurrency';
import { ChannelListener, ControlDatabase } from '@icmp-mon/platform/database';
import type { StreamMessage, StreamPart } from '@icmp-mon/platform/http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Observable } from 'rxjs';
import { COMMAND_CHANGED_CHANNEL } from './command-parts';
import { ReadCommands } from './read-commands';
import { StreamPace } from './stream-pace';

/** Longest delay after a lost notification. */
const LOOK_MS = 2_000;
/** Changes within this time are read together. */
const GATHER_MS = 50;

/** Events of a kind of stream. */
export interface CommandMessages {
  ofAgent(commandId: string, agent: CommandAgent): StreamMessage;
  /** After the agents that changed since change number `after`. */
  ofCommand(after: number, command: Omit<CommandView, 'agents'>): StreamMessage;
}

export interface FollowedCommand {
  id: string;
  scope: Scope;
  /** Number of the last change that the client has. */
  after: number;
  /** Resolves when the client has taken all events; never, once it has disconnected. */
  whenDrained: () => Promise<void>;
  messages: CommandMessages;
}

/** Streams the parts of commands as they change, to each client from the change that it has. Without clients nothing runs. */
@Injectable()
export class CommandStream implements OnApplicationShutdown {
  private readonly followers = new Set<WakeUp>();
  private readonly listener: ChannelListener;
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: ControlDatabase,
    private readonly read: ReadCommands,
  ) {
    this.listener = new ChannelListener({
      url: database.options.url,
      applicationName: 'icmp-mon-command-notifications',
      channel: COMMAND_CHANGED_CHANNEL,
      onNotify: () => this.followers.forEach((follower) => follower.wakeSleeper()),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.listener.stop();
  }

  /**
   * Returns whether a client that has change number `after` has everything, and nothing follows.
   * @throws DomainError `not_found` if the caller does not see the command
   */
  async isComplete(id: string, scope: Scope, after: number): Promise<boolean> {
    const { state, change } = await this.read.requireRow(this.database, id, scope);
    return hasEnded(state) && after >= change;
  }

  /**
   * Sends the parts that changed after change number `after`, then each further change; completes when the command has ended. Changes that
   * arrive faster than the client may receive them are sent together: of each part the latest.
   */
  followCommand({ whenDrained, ...asked }: FollowedCommand): Observable<StreamPart> {
    return new Observable<StreamPart>((client) => {
      const wakeUp = new WakeUp();
      const gone = new AbortController();
      this.followers.add(wakeUp);
      this.listener.start();
      const stop = AbortSignal.any([gone.signal, this.stopping.signal]);
      const pace = new StreamPace(client, whenDrained);
      this.sendUntilEnded(pace, { ...asked, wakeUp, stop }).then(
        () => client.complete(),
        (error: unknown) => client.error(error),
      );
      return () => {
        gone.abort();
        this.followers.delete(wakeUp);
        if (this.followers.size === 0) void this.listener.stop();
      };
    });
  }

  private async sendUntilEnded(
    pace: StreamPace,
    {
      id,
      scope,
      after,
      messages,
      wakeUp,
      stop,
    }: Omit<FollowedCommand, 'whenDrained'> & {
      wakeUp: WakeUp;
      stop: AbortSignal;
    },
  ): Promise<void> {
    let sent = after;
    while (!stop.aborted) {
      // First the number, then the parts: a part that changes in between is sent again with the next number.
      const row = await this.read.requireRow(this.database, id, scope);
      if (row.change > sent) {
        for (const agent of await this.read.readAgents(this.database, id, sent)) {
          await pace.sendPart(messages.ofAgent(id, agent));
        }
        const [{ agents: counts, ...summary }] = await this.read.summaries([row]);
        const command: Omit<CommandView, 'agents'> = { ...summary, counts, change: row.change };
        await pace.sendPart(messages.ofCommand(sent, command));
        sent = row.change;
      }
      if (hasEnded(row.state)) return;
      await wakeUp.sleepUntilWoken(LOOK_MS, stop);
      await pause(Math.max(GATHER_MS, pace.owedMs), stop);
    }
  }
}
