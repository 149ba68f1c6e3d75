import { UsageError } from '@icmp-mon/platform/command-line';
import { counted } from '@icmp-mon/platform/text';
import { Refusal } from '../api/refusal';
import { EXIT_UNDECIDED } from '../options';
import { countText } from '../output/times';
import type { Actions, Session } from '../session';
import { applyChanges } from './apply-plan';
import { configText } from './config-text';
import { hasConsent } from './consent';
import type { Change, Failure } from './kind';
import { KINDS } from './kinds';
import { makePlan, type Plan } from './make-plan';
import { readPlan, writePlan } from './plan-file';
import { printPlan, printPlanJson, shownChanges } from './print-plan';
import { readConfig } from './read-config';
import { scopeFault } from './scope';
import { readSourceFiles } from './source-files';

const SHOWN_DEFAULT = 20;
/** Characters of one write. */
const PIECE_LENGTH = 64 * 1024;
/** Most changes of a kind whose consequences and last changes are read. */
const EXPLAINED_MAX = 20;
/** Most changes that were not made and are printed. */
const FAILURES_SHOWN_MAX = 50;

async function plan(session: Session): Promise<number> {
  const { asked, output } = session;
  const made = await planOf(session);
  const out = asked.text('out');
  if (out !== undefined) await writePlan(out, made);
  if (asked.flag('json')) await printPlanJson(output, made);
  else {
    await printPlan(output, made, await explained(session, made));
    if (out !== undefined) output.note(`Apply exactly this plan: icmpmon apply --plan ${out}`);
  }
  return made.changes.length === 0 ? 0 : EXIT_UNDECIDED;
}

async function apply(session: Session): Promise<number> {
  const { asked, api, output } = session;
  const file = asked.text('plan');
  if ((file === undefined) === (asked.args.length === 0))
    throw new UsageError('Name either files, or a plan by --plan <file>.');
  if (file !== undefined && ['delete', 'adopt', 'max-deletions'].some((name) => asked.has(name)))
    throw new UsageError(
      '--delete, --max-deletions and --adopt belong to icmpmon plan: the plan contains its deletions.',
    );
  const made = file === undefined ? await planOf(session) : await readPlan(file, api.url);
  if (!asked.flag('json')) await printPlan(output, made, await explained(session, made));
  if (made.changes.length === 0) return endApply(session, made, []);
  const question = `Apply ${counted(made.changes.length, 'change')} to ${api.url}?`;
  // With --json the plan was not shown, so a person cannot agree to it.
  if (!asked.flag('yes') && (asked.flag('json') || !(await hasConsent(question)))) {
    output.note('Nothing was changed. Apply the plan by --yes.');
    return EXIT_UNDECIDED;
  }
  return endApply(session, made, await applyChanges(session, made.changes, KINDS));
}

/** Prints what was made, and what was not. */
async function endApply(
  { asked, output, api }: Session,
  { changes }: Pick<Plan, 'changes'>,
  failures: readonly Failure[],
): Promise<number> {
  const applied = changes.length - failures.length;
  if (asked.flag('json')) {
    const notApplied = failures.map(({ change: { kind, action, title, place }, reason }) => ({
      kind,
      action,
      title,
      place,
      reason,
    }));
    await output.printJson({ url: api.url, applied, notApplied });
    return failures.length === 0 ? 0 : EXIT_UNDECIDED;
  }
  if (changes.length === 0) return 0;
  for (const { change, reason } of failures.slice(0, FAILURES_SHOWN_MAX)) {
    const where = change.place === null ? '' : `${change.place}: `;
    output.note(`${where}${change.title} was not ${PAST[change.action]}: ${reason}`);
  }
  const hidden = failures.length - FAILURES_SHOWN_MAX;
  if (hidden > 0) output.note(`… and ${counted(hidden, 'further object')}`);
  await output.printLine(`Applied ${counted(applied, 'change')}, ${countText(failures.length)} not.`);
  return failures.length === 0 ? 0 : EXIT_UNDECIDED;
}

const PAST: Readonly<Record<Change['action'], string>> = { create: 'created', change: 'changed', delete: 'deleted' };

async function planOf({ asked, api }: Session): Promise<Plan> {
  const isDeleting = asked.flag('delete');
  const deletionsMax = asked.number('max-deletions');
  if (isDeleting !== (deletionsMax !== undefined))
    throw new UsageError('--delete and --max-deletions <n> belong together: n bounds what a mistake can delete.');
  const config = readConfig(readSourceFiles(asked.args), KINDS);
  return makePlan(api, config, KINDS, { isDeleting, deletionsMax: deletionsMax ?? 0, isAdopting: asked.flag('adopt') });
}

/** Returns the changes to print, some of them with what people want to know before they agree. */
async function explained({ asked, api }: Session, { changes }: Pick<Plan, 'changes'>): Promise<Change[]> {
  const shown = shownChanges(changes, asked.number('show') ?? SHOWN_DEFAULT);
  for (const kind of KINDS) {
    const own = shown.filter((change) => change.kind === kind.key && change.action !== 'delete');
    await kind.explainChanges(api, own.slice(0, EXPLAINED_MAX));
  }
  return shown;
}

async function pull({ asked, api, output }: Session): Promise<void> {
  const scope = asked.text('scope') ?? null;
  const fault = scope === null ? null : scopeFault(scope);
  if (fault !== null) throw new Refusal(fault);
  const kinds = KINDS.filter(({ key }) => key === 'targets' || !asked.flag('targets-only'));
  const lists = [];
  for (const kind of kinds) lists.push({ kind, state: await kind.readState(api) });
  let text = '';
  for (const piece of configText(scope, lists)) {
    text += piece;
    if (text.length < PIECE_LENGTH) continue;
    await output.printText(text);
    text = '';
  }
  await output.printText(text);
}

export const CONFIG_ACTIONS: Actions = { plan, apply, pull };
