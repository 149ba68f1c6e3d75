import type { Command } from 'commander';
import { rebuild, type RebuildOutcome } from '@icmp-mon/platform/rebuild';
import { type CliContext, Refusal } from './cli-context';
import { NO_READ_MODELS, READ_MODELS } from './read-models';

interface Options {
  list?: boolean;
  replace?: boolean;
  json?: boolean;
}

/** The read model differs from what its source tells, and nobody asked to replace it. */
const EXIT_DIFFERS = 2;

export function addRebuild(program: Command, context: CliContext): void {
  program
    .command('rebuild [models...]')
    .description('Rebuilds read models beside the live ones while writes go on, and compares them by checksum.')
    .option('--list', 'shows what can be rebuilt, from what, and what cannot')
    .option('--replace', 'puts the rebuilt rows in the place of live ones that differ')
    .option('--json', 'prints one line of JSON for each read model')
    .addHelpText('after', '\nEnds with 0 when all are equal (or replaced), with 2 when one differs.')
    .action((models: string[], options: Options) => run(context, models, options));
}

async function run(context: CliContext, models: string[], options: Options): Promise<void> {
  if (options.list) return list(context);
  const names = models.includes('all') ? Object.keys(READ_MODELS) : models;
  const unknown = names.find((name) => !Object.hasOwn(READ_MODELS, name));
  if (names.length === 0 || unknown !== undefined) {
    const known = [...Object.keys(READ_MODELS), 'all'].join(', ');
    throw new Refusal(
      `${unknown === undefined ? 'Say which read model' : `There is no read model ${unknown}`}: ${known}.`,
    );
  }
  for (const name of names) {
    const { database, model } = READ_MODELS[name](context);
    const report = options.json ? () => undefined : (line: string) => context.say(line);
    const outcome = await rebuild(model, { database, replace: options.replace === true, report });
    if (options.json) context.say(JSON.stringify(outcome));
    else tell(context, outcome);
    if (outcome.differences.length > 0 && !outcome.replaced) process.exitCode = EXIT_DIFFERS;
  }
}

function list(context: CliContext): void {
  context.say('Can be rebuilt:');
  for (const [name, open] of Object.entries(READ_MODELS))
    context.say(`  ${name.padEnd(14)} from ${open(context).model.source}`);
  context.say('Are no read models:');
  for (const [name, reason] of Object.entries(NO_READ_MODELS)) context.say(`  ${name}: ${reason}`);
}

function tell(
  context: CliContext,
  { model, steps, seconds, tables, differences, replaced, remarks }: RebuildOutcome,
): void {
  for (const remark of remarks) context.say(`  ${remark}`);
  for (const { name, live, rebuilt } of tables) {
    const same = live.sum === rebuilt.sum && live.rows === rebuilt.rows;
    context.say(
      `  ${name}: live ${live.rows} rows, rebuilt ${rebuilt.rows}; checksums ${same ? 'are equal' : 'DIFFER'}`,
    );
  }
  for (const { table, missing, surplus, changed, first } of differences) {
    context.say(
      `  ${table}: ${missing} rows are missing, ${surplus} are too many, ${changed} differ. The first of each:`,
    );
    for (const { kind, key, columns } of first) {
      context.say(`    ${kind.padEnd(8)} ${key}${columns.length > 0 ? `  in ${columns.join(', ')}` : ''}`);
    }
  }
  const verdict =
    differences.length === 0 ? 'equal to the live one' : replaced ? 'replaced' : 'NOT replaced; do so with --replace';
  context.say(`${model}: ${steps} steps in ${seconds.toFixed(1)} s; ${verdict}`);
}
