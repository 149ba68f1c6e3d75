import { type Invocation, nearest, UsageError } from '@icmp-mon/platform/command-line';
import { rebuild, type RebuildOutcome } from '@icmp-mon/platform/rebuild';
import type { Actions } from './actions';
import type { CliContext } from './cli-context';
import { EXIT_FOUND } from './commands/index.mjs';

export const REBUILD_ACTIONS: Actions = { rebuild: (context, asked) => run(context, asked) };

async function run(context: CliContext, asked: Invocation): Promise<void> {
  if (asked.flag('list')) return list(context);
  const { models } = await context.contexts;
  const known = models.plugged.map(({ model }) => model.name);
  const names = asked.args.includes('all') ? known : asked.args;
  if (names.length === 0) throw new UsageError(`Give at least one read model: ${known.join(', ')}, or all.`);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, known);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new UsageError(`There is no read model ${unknown}.${hint} Read models: ${known.join(', ')}; or all.`);
  }
  const [json, replace] = [asked.flag('json'), asked.flag('replace')];
  for (const name of names) {
    const { database, model } = models.get(name);
    const report = json ? () => undefined : (line: string) => context.printLine(line);
    const outcome = await rebuild(model, { database, replace, report });
    if (json) context.printLine(JSON.stringify(outcome));
    else tell(context, outcome);
    if (outcome.differences.length > 0 && !outcome.replaced) process.exitCode = EXIT_FOUND;
  }
}

async function list(context: CliContext): Promise<void> {
  const { models, noModels } = await context.contexts;
  context.printLine('Can be rebuilt:');
  for (const { model } of models.plugged) context.printLine(`  ${model.name.padEnd(14)} from ${model.source}`);
  context.printLine('Not read models:');
  for (const { tables, reason } of noModels.plugged) context.printLine(`  ${tables}: ${reason}`);
}

function tell(
  context: CliContext,
  { model, steps, seconds, tables, differences, replaced, remarks }: RebuildOutcome,
): void {
  for (const remark of remarks) context.printLine(`  ${remark}`);
  for (const { name, live, rebuilt } of tables) {
    const same = live.sum === rebuilt.sum && live.rows === rebuilt.rows;
    context.printLine(
      `  ${name}: live ${live.rows} rows, rebuilt ${rebuilt.rows}; checksums ${same ? 'are equal' : 'DIFFER'}`,
    );
  }
  for (const { table, missing, surplus, changed, first } of differences) {
    context.printLine(
      `  ${table}: ${missing} rows missing, ${surplus} surplus, ${changed} changed. The first of each:`,
    );
    for (const { kind, key, columns } of first) {
      context.printLine(`    ${kind.padEnd(8)} ${key}${columns.length > 0 ? `  in ${columns.join(', ')}` : ''}`);
    }
  }
  const verdict =
    differences.length === 0
      ? 'equal to the live one'
      : replaced
        ? 'replaced'
        : 'NOT replaced; to replace it, add --replace';
  context.printLine(`${model}: ${steps} steps in ${seconds.toFixed(1)} s; ${verdict}`);
}
