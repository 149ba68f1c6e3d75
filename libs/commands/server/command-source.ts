import { type CommandAgentChange, type CommandChange, LIVE_COMMANDS_MAX } from '@icmp-mon/commands/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { type StreamPart, type StreamRequest, type StreamSource, StreamSources } from '@icmp-mon/platform/http';
import { isUuid } from '@icmp-mon/probing/contract';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { catchError, EMPTY, merge, type Observable } from 'rxjs';
import { type CommandMessages, CommandStream } from './command-stream';

const BROWSER_STREAM: CommandMessages = {
  ofAgent: (commandId, agent) => ({ event: 'command-agent', data: { commandId, agent } satisfies CommandAgentChange }),
  ofCommand: (after, command) => ({ event: 'command-change', data: { after, command } satisfies CommandChange }),
};

/**
 * Changes of some commands on the stream that a browser keeps open (`?commands=<id>,<id>`), each from its beginning. They have no event id,
 * because the ids are those of the target list: each states after which change of the command it follows.
 */
@Injectable()
export class CommandSource implements StreamSource, OnModuleInit {
  readonly name = 'commands';
  readonly scopeUse = 'applied';

  constructor(
    private readonly sources: StreamSources,
    private readonly changes: CommandStream,
  ) {}

  onModuleInit(): void {
    this.sources.register(this);
  }

  /** @throws DomainError `forbidden` without the permission to read commands; `invalid` for too many, or what is not an id */
  openStream({ query, principal: { permissions, scope }, whenDrained }: StreamRequest): Observable<StreamPart> | null {
    const ids = [...new Set((query['commands'] ?? '').split(',').filter((id) => id !== ''))];
    if (ids.length === 0) return null;
    if (ids.length > LIVE_COMMANDS_MAX || !ids.every(isUuid)) {
      const detail = `commands must be at most ${LIVE_COMMANDS_MAX} ids of commands`;
      throw new DomainError('invalid', `${detail}.`, [{ pointer: '?commands', detail }]);
    }
    if (!permissions.includes('commands:read')) {
      throw new DomainError('forbidden', 'Following commands requires the permission commands:read.');
    }
    return merge(...ids.map((id) => this.updatesOf(id, scope, whenDrained)));
  }

  private updatesOf(id: string, scope: Scope, whenDrained: () => Promise<void>): Observable<StreamPart> {
    return this.changes.followCommand({ id, scope, after: 0, whenDrained, messages: BROWSER_STREAM }).pipe(
      // The rest of the stream continues without a command that was deleted, or is not in the scope.
      catchError((error: unknown) => {
        if (error instanceof DomainError && error.code === 'not_found') return EMPTY;
        throw error;
      }),
    );
  }
}
