import type { LIVE_COMMANDS_MAX } from '@icmp-mon/commands/contract';
import type { LIVE_TARGETS_MAX } from '@icmp-mon/targets/contract';
import type { Watched } from './stream-connection';

/** The limits of the contracts, as the compiler checks. The contracts themselves would be part of the first script. */
const COMMANDS_MAX: typeof LIVE_COMMANDS_MAX = 20;
const TARGETS_MAX: typeof LIVE_TARGETS_MAX = 20;

/** Returns what a tab requests from the leader as one text: a target, or nothing, then commands. Null: nothing. */
export function wantOf(target: string | null, commands: readonly string[]): string | null {
  return target === null && commands.length === 0 ? null : [target ?? '', ...commands].join(' ');
}

/** Returns the union of the requests of all tabs, up to what one stream can contain. */
export function watchedOf(wants: readonly string[]): Watched {
  const parts = wants.map((want) => want.split(' '));
  const unique = (ids: readonly string[]): string[] => [...new Set(ids.filter((id) => id !== ''))];
  return {
    targets: unique(parts.map(([target = '']) => target)).slice(0, TARGETS_MAX),
    commands: unique(parts.flatMap(([, ...commands]) => commands)).slice(0, COMMANDS_MAX),
  };
}
