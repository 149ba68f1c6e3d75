import { callWith, UsageError } from '@icmp-mon/platform/command-line';
import { parseTags } from '@icmp-mon/targets/contract';
import { EXIT_UNDECIDED } from './commands/index.mjs';
import type { Session } from './session';

/** @throws UsageError for tags that cannot be read */
export function tagsOf({ asked }: Session, name = 'tags'): Record<string, string> | undefined {
  const text = asked.text(name);
  if (text === undefined) return undefined;
  const parsed = parseTags(text);
  if ('error' in parsed) throw new UsageError(`--${name}: ${parsed.error}`);
  return parsed.tags;
}

/** Returns the items of an option, which blanks or commas separate; undefined without the option. */
export function listOf({ asked }: Session, name: string): string[] | undefined {
  return asked
    .text(name)
    ?.split(/[\s,]+/)
    .filter((item) => item !== '');
}

/** Returns the merge patch of --tags and --remove-tags; undefined without both. */
export function tagPatchOf(session: Session): Record<string, string | null> | undefined {
  const [set, removed] = [tagsOf(session), listOf(session, 'remove-tags')];
  if (set === undefined && removed === undefined) return undefined;
  return { ...set, ...Object.fromEntries((removed ?? []).map((key) => [key, null])) };
}

const UNCONFIRMED = 'Nothing was changed. Add --yes to execute it.';

/** Returns whether --yes was given; otherwise states what would happen. */
export function isConfirmed({ asked, output }: Session, effect: string): boolean {
  if (asked.flag('yes')) return true;
  output.note(`${effect} ${UNCONFIRMED}`);
  return false;
}

/** Ends a command that has printed its effect, because --yes was not given. */
export function endUnconfirmed({ output }: Session): number {
  output.note(UNCONFIRMED);
  return EXIT_UNDECIDED;
}

/** The error of a command that changes members, without any. */
export const nothingToSet = ({ asked }: Session): UsageError =>
  new UsageError(`Nothing to change. Name what to set: ${callWith(asked.path, '--help')}`);

export { EXIT_UNDECIDED };
/** Exit code of a command that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;
