import { countText } from '@icmp-mon/platform/ui-kit';
import type {
  InventorySource,
  LeftAction,
  SourceKind,
  SourceRunState,
  SourceRunView,
} from '@icmp-mon/targets/contract';

export const KIND_TEXTS: Readonly<Record<SourceKind, string>> = {
  netbox: 'NetBox',
  http_sd: 'Prometheus HTTP',
  file_sd: 'Prometheus files',
};

const STATE_TEXTS: Readonly<Record<SourceRunState, string>> = {
  queued: 'waiting to start',
  reading: 'reading the list',
  applying: 'changing targets',
  completed: 'completed',
  failed: 'failed',
};

const ACTIONS: Readonly<Record<LeftAction, string>> = {
  keep: 'kept',
  pause: 'paused',
  remove: 'removed',
};

/** Returns the state of a run: `Dry run: completed`. */
export const runTitle = ({ dryRun, state }: SourceRunView): string =>
  `${dryRun ? 'Dry run' : 'Run'}: ${STATE_TEXTS[state]}`;

export const isRunning = ({ state }: SourceRunView): boolean => state !== 'completed' && state !== 'failed';

/** Returns the counts of a run as a sentence: `12 listed: 10 created, 2 refused`. */
export function countsText(run: SourceRunView): string {
  const would = run.dryRun ? 'would be ' : '';
  const parts: [number, string][] = [
    [run.created, `${would}created`],
    [run.changed, `${would}changed`],
    [run.unchanged, 'unchanged'],
    [run.refused, 'refused'],
  ];
  const shown = parts.filter(([count]) => count > 0).map(([count, words]) => `${countText(count)} ${words}`);
  return `${countText(run.listed)} listed${shown.length === 0 ? '' : `: ${shown.join(', ')}`}`;
}

export const targetsText = (count: number): string => `${countText(count)} ${count === 1 ? 'target' : 'targets'}`;

/** Returns what happened, or would happen, to targets that left the list; empty if none left. */
export function leftText({ left, dryRun, needsConfirmation }: SourceRunView, action: LeftAction): string {
  if (left === 0) return '';
  const targets = `${targetsText(left)} left the list`;
  if (needsConfirmation) return `${targets}. This is more than one run may change: nothing was done to them.`;
  return `${targets} and ${left === 1 ? 'is' : 'are'} ${dryRun && action !== 'keep' ? 'to be ' : ''}${ACTIONS[action]}.`;
}

/** Returns the condition of a source in one or two words, for its row. */
export function conditionText({ lastRun, failingSince, isEnabled }: InventorySource): string {
  if (lastRun !== null && isRunning(lastRun)) return STATE_TEXTS[lastRun.state];
  if (lastRun?.needsConfirmation === true && !lastRun.dryRun) return 'confirm';
  if (failingSince !== null) return 'failing';
  if (!isEnabled) return 'not enabled';
  return lastRun === null ? 'not run yet' : 'ok';
}
