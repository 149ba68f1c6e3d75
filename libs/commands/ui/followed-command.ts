import { computed, effect, inject, linkedSignal, type Signal, untracked } from '@angular/core';
import { type CommandView, hasEnded } from '@icmp-mon/commands/contract';
import { isUuid } from '@icmp-mon/probing/contract';
import { Session } from '@icmp-mon/identity/ui';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { keepLast, type ReadFailure, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { applyUpdate } from './apply-update';
import { CommandsClient } from './commands.client';

/** How often an unfinished command is read besides, in ms: a stream contains a limited number of commands. */
const AGAIN_MS = 5_000;

export interface FollowedCommand {
  view: Signal<CommandView | undefined>;
  failure: Signal<ReadFailure | null>;
  isEnded: Signal<boolean>;
  /** Whether the view may be older than the command: a read failed, or the server does not respond. */
  isOutdated: Signal<boolean>;
  reload(): void;
}

/** Reads a command, none for null, and keeps it current by the stream of the browser. Call it in an injection context. */
export function followCommand(id: () => string | null): FollowedCommand {
  const stream = inject(LiveStream);
  const read = inject(CommandsClient).readCommand(id);
  const kept = keepLast(read, id);
  const view = linkedSignal<CommandView | undefined, CommandView | undefined>({
    source: kept.value,
    // The stream may be ahead of a read.
    computation: (now, before) => (isNewer(before?.value, now) ? before?.value : now),
  });
  const isEnded = computed(() => {
    const command = view();
    return command !== undefined && hasEnded(command.state);
  });
  const session = inject(Session);
  effect((onCleanup) => {
    const followed = id();
    // The server would refuse the whole stream, of all tabs, because of a text that is not an id, or without the permission.
    const isFollowable = followed !== null && isUuid(followed) && session.may('commands:read');
    if (isFollowable && !isEnded()) onCleanup(stream.followCommand(followed));
  });
  stream.listenToBatches(({ commands, reset, resumed }) => {
    if ((reset || resumed) && !untracked(isEnded)) read.reload();
    for (const update of commands) {
      if (update.command.id !== untracked(id)) continue;
      const after = applyUpdate(untracked(view), update);
      if (after === null) read.reload();
      else view.set(after);
    }
  });
  reloadEvery(
    { reload: () => read.reload(), isLoading: () => id() === null || isEnded() || read.isLoading() },
    AGAIN_MS,
  );
  return {
    ...{ view: view.asReadonly(), failure: kept.failure, isEnded },
    isOutdated: computed(() => kept.failure() !== null || stream.truth().mood === 'disconnected'),
    reload: () => read.reload(),
  };
}

const isNewer = (a: CommandView | undefined, b: CommandView | undefined): boolean =>
  a !== undefined && b !== undefined && a.id === b.id && a.change > b.change;
