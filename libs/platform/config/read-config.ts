import { type Field, rawValue } from './fields';

type ValueOf<F> = F extends Field<infer T> ? T : never;
export type Config<F> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** All faults of the environment. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * Reads and validates the environment once, at start.
 * With `--print-config` among the arguments, prints the result with secrets redacted and exits.
 * @throws ConfigError with every missing or invalid variable, and the expected value
 */
export function readConfig<F extends { [K in keyof F]: Field<ValueOf<F[K]>> }>(
  fields: F,
  env: NodeJS.ProcessEnv = process.env,
  args: readonly string[] = process.argv,
): Config<F> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const shown: string[] = [];
  for (const [name, field] of Object.entries<Field<unknown>>(fields)) {
    const raw = rawValue(field, env);
    if (raw === undefined) {
      if (field.missing.required) problems.push(`${field.variable} is missing: it must be ${field.expected}.`);
      else values[name] = field.missing.value;
    } else {
      const value = field.parseText(raw);
      const given = field.namesValue ? `; it is ${JSON.stringify(raw)}` : '';
      if (value === null) problems.push(`${field.variable} must be ${field.expected}${given}.`);
      else values[name] = value;
    }
    if (name in values) shown.push(`${field.variable}=${field.showValue(values[name])}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  if (args.includes('--print-config')) {
    process.stdout.write(`${shown.join('\n')}\n`);
    process.exit(0);
  }
  return values as Config<F>;
}
