import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { CommandSummary, CommandTrail, CommandView, RequestCommandRequest } from '@icmp-mon/commands/contract';
import { firstValueFrom } from 'rxjs';

const COMMANDS = '/api/v1/commands';
const PAGE = 50;

export interface CommandPageView {
  items: CommandSummary[];
  next: string | null;
}

/** Client for the API of commands. Methods that return a resource must be called in an injection context. */
@Injectable({ providedIn: 'root' })
export class CommandsClient {
  private readonly http = inject(HttpClient);

  /** Reads a page of commands, newest first: of one target, or all. */
  listCommands(
    asked: () => { target?: string; cursor?: string; limit?: number },
  ): HttpResourceRef<CommandPageView | undefined> {
    return httpResource(() => ({ url: COMMANDS, params: { limit: PAGE, ...asked() } }));
  }

  /** Reads nothing while the id is null. */
  readCommand(id: () => string | null): HttpResourceRef<CommandView | undefined> {
    return httpResource(() => {
      const read = id();
      return read === null ? undefined : `${COMMANDS}/${encodeURIComponent(read)}`;
    });
  }

  /** Reads nothing while `agentId` is null. */
  readTrail(asked: () => { id: string; agentId: string } | null): HttpResourceRef<CommandTrail | undefined> {
    return httpResource(() => {
      const trail = asked();
      return trail === null ? undefined : `${COMMANDS}/${trail.id}/agents/${trail.agentId}/trail`;
    });
  }

  requestCommand(request: RequestCommandRequest, requestKey: string): Promise<CommandView> {
    const headers = { 'Idempotency-Key': requestKey };
    return firstValueFrom(this.http.post<CommandView>(COMMANDS, request, { headers }));
  }

  cancelCommand(id: string): Promise<CommandView> {
    return firstValueFrom(this.http.post<CommandView>(`${COMMANDS}/${id}/cancel`, {}));
  }
}
