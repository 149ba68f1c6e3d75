import type { Invocation } from '@icmp-mon/platform/command-line';
import type { CliContext } from './cli-context';

export type Action = (context: CliContext, asked: Invocation) => Promise<void> | void;

/** Action of each command, by its words: `users list`. Names, options and texts are in `commands`. */
export type Actions = Readonly<Record<string, Action>>;
