import { counted } from '@icmp-mon/platform/text';
import type { Output } from '../output/output';
import { printable } from '../output/printable';
import { countText } from '../output/times';
import type { Change, Json, MemberChange } from './kind';
import type { Plan } from './make-plan';

const SIGNS = { create: '+', change: '~', delete: '-' } as const;
const COLOURS = { create: 'green', change: 'yellow', delete: 'red' } as const;
/** Most characters of one value that are printed. */
const VALUE_LENGTH_MAX = 200;

type Shown = Pick<Plan, 'scope' | 'changes'> & Partial<Pick<Plan, 'differences'>>;

/** Returns the changes that are printed: the first ones of each kind and action. */
export function shownChanges(changes: readonly Change[], shownMax: number): Change[] {
  const counts = new Map<string, number>();
  return changes.filter(({ kind, action }) => {
    const key = `${kind} ${action}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= shownMax;
  });
}

/** Prints a plan for people: the changes, their sum, and what the files do not manage. */
export async function printPlan(output: Output, plan: Shown, shown: readonly Change[]): Promise<void> {
  for (const kind of new Set(shown.map((change) => change.kind))) {
    await output.printLine(output.coloured(`${kind}:`, 'bold'));
    for (const change of shown) if (change.kind === kind) await printChange(output, change);
  }
  const hidden = plan.changes.length - shown.length;
  if (hidden > 0) await output.printLine(`  … and ${counted(hidden, 'further change')}: --show <n> prints more`);
  await output.printLine(summaryOf(plan));
  for (const line of remarksOf(plan)) await output.printLine(line);
}

async function printChange(output: Output, change: Change): Promise<void> {
  const { action, title, place, members, isAdopted, consequences = [], lastChange } = change;
  const where = place === null ? '' : `  (${printable(place)})`;
  const adopted = isAdopted ? '  taken over: outside the scope until now' : '';
  await output.printLine(
    `  ${output.coloured(`${SIGNS[action]} ${printable(title)}`, COLOURS[action])}${output.coloured(where, 'grey')}${adopted}`,
  );
  for (const each of members) await output.printLine(`      ${memberText(each)}`);
  if (lastChange !== undefined)
    await output.printLine(output.coloured(`      last changed by ${printable(lastChange)}`, 'grey'));
  for (const sentence of consequences) await output.printLine(`      ! ${printable(sentence)}`);
}

function memberText({ member, before, after }: MemberChange): string {
  const values = [before, after].filter((value) => value !== undefined);
  return `${printable(member)}: ${values.map(valueText).join(' → ')}`;
}

function valueText(value: Json): string {
  const text = printable(JSON.stringify(value));
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text;
}

/** Returns the numbers of a plan as one sentence. */
export function summaryOf({ changes, differences }: Shown): string {
  const numberOf = (action: Change['action']): string =>
    countText(changes.filter((change) => change.action === action).length);
  const unchanged = [...(differences?.values() ?? [])].reduce((sum, each) => sum + each.unchanged, 0);
  const rest = differences === undefined ? '' : `; ${countText(unchanged)} unchanged`;
  if (changes.length === 0) return `No changes${rest}.`;
  return `Plan: ${numberOf('create')} to create, ${numberOf('change')} to change, ${numberOf('delete')} to delete${rest}.`;
}

/** Returns what the files do not state, so that nothing stays unnoticed. */
function remarksOf({ scope, changes, differences = new Map() }: Shown): string[] {
  return [...differences].flatMap(([kind, { unmanaged, unstated }]) => {
    const deleted = changes.filter((change) => change.kind === kind && change.action === 'delete').length;
    const left = unmanaged.inScope - deleted;
    const members = Object.entries(unstated).map(([member, number]) => `${member} (${countText(number)})`);
    return [
      ...(left > 0
        ? [
            `Not in the files, but in the scope ${scope ?? ''}: ${countText(left)} ${kind}. --delete --max-deletions ${left} deletes them.`,
          ]
        : []),
      ...(unmanaged.others > 0 ? [`Not managed by these files: ${countText(unmanaged.others)} further ${kind}.`] : []),
      ...(members.length > 0
        ? [
            `Set on the server, but not stated in the files: ${members.join(', ')} of ${kind}. They stay; null removes them.`,
          ]
        : []),
    ];
  });
}

/** Prints a plan as one JSON document, piece by piece. */
export async function printPlanJson(output: Output, { url, scope, changes, differences }: Plan): Promise<void> {
  const kinds = Object.fromEntries(
    [...differences].map(([key, { unchanged, unmanaged, unstated }]) => [key, { unchanged, unmanaged, unstated }]),
  );
  await output.printLine(
    `{"url":${JSON.stringify(url)},"scope":${JSON.stringify(scope)},"kinds":${JSON.stringify(kinds)},"changes":[`,
  );
  for (const [at, { request: _request, ...change }] of changes.entries())
    await output.printLine(`${JSON.stringify(change)}${at + 1 < changes.length ? ',' : ''}`);
  await output.printLine(']}');
}
