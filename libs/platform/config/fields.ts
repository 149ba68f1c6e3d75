import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One environment variable and how it is parsed to a value of type `T`. */
export interface Field<T> {
  variable: string;
  /** Completes the sentence "X must be …". */
  expected: string;
  /** Returns the value, or null when the text is not valid. */
  parseText(raw: string): T | null;
  /** Returns the value as it is printed. */
  showValue(value: T): string;
  /** Without the variable: an error if `required`, otherwise this value. */
  missing: { required: true } | { required: false; value: T };
  /** An invalid value is printed in the error, because it is not a secret. */
  namesValue?: boolean;
  /** Reads the text from the file that `<variable>_FILE` names, if that is set. */
  fromFile?: boolean;
}

interface Fallback<T> {
  default?: T;
}

/** Makes a field optional: a missing variable gives undefined. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    showValue: (value) => (value === undefined ? '(not set)' : field.showValue(value)),
    missing: { required: false, value: undefined },
  };
}

function missing<T>(options: Fallback<T>): Field<T>['missing'] {
  return options.default === undefined ? { required: true } : { required: false, value: options.default };
}

export function text(variable: string, options: Fallback<string> = {}): Field<string> {
  return {
    variable,
    expected: 'a text',
    parseText: (raw) => raw,
    showValue: (value) => value,
    missing: missing(options),
  };
}

/** A secret. It is never printed and has no default on purpose; it may be in the file that `<variable>_FILE` names. */
export function secret(variable: string): Field<string> {
  return {
    variable,
    expected: `a secret, here or in the file that ${variable}_FILE names`,
    parseText: (raw) => raw.trim() || null,
    showValue: () => '(redacted)',
    missing: { required: true },
    fromFile: true,
  };
}

/** A whole number. The name of the variable must contain the unit: `…_TIMEOUT_MS`, `…_SIZE_BYTES`. */
export function integer(
  variable: string,
  options: Fallback<number> & { min?: number; max?: number } = {},
): Field<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return {
    variable,
    expected: `a whole number from ${min} to ${max}`,
    parseText(raw) {
      if (!/^-?\d+$/.test(raw)) return null;
      const value = Number(raw);
      return value >= min && value <= max ? value : null;
    },
    showValue: String,
    missing: missing(options),
  };
}

/** A URL with one of the given schemes ("postgres:"). A password in it is never printed. */
export function url(variable: string, options: Fallback<string> & { protocols?: string[] } = {}): Field<string> {
  const { protocols } = options;
  return {
    variable,
    expected: protocols ? `a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}` : 'a URL',
    parseText(raw) {
      if (!URL.canParse(raw)) return null;
      return protocols === undefined || protocols.includes(new URL(raw).protocol) ? raw : null;
    },
    showValue: withoutPassword,
    missing: missing(options),
  };
}

/** A comma-separated list; spaces around items are ignored. */
export function list(variable: string, options: Fallback<string[]> = {}): Field<string[]> {
  return {
    variable,
    expected: 'a comma-separated list of one or more items',
    parseText(raw) {
      const items = raw.split(',').map((item) => item.trim());
      return items.every((item) => item !== '') ? items : null;
    },
    showValue: (value) => value.join(','),
    missing: missing(options),
  };
}

/** The path of a file or folder. A relative path is resolved against the working directory. */
export function filePath(variable: string, options: Fallback<string> & { mustExist?: boolean } = {}): Field<string> {
  return {
    variable,
    expected: options.mustExist ? 'the path of a file or folder that exists' : 'a path',
    parseText(raw) {
      const absolute = path.resolve(raw);
      return options.mustExist && !existsSync(absolute) ? null : absolute;
    },
    showValue: (value) => value,
    missing: missing(options),
  };
}

/** Returns the text of the variable; undefined if it is not set. An empty variable counts as not set. */
export function rawValue(field: Field<unknown>, env: NodeJS.ProcessEnv): string | undefined {
  const direct = env[field.variable];
  if (direct !== undefined && direct !== '') return direct;
  const file = field.fromFile ? env[`${field.variable}_FILE`] : undefined;
  return file === undefined || file === '' || !existsSync(file) ? undefined : readFileSync(file, 'utf8');
}

function withoutPassword(value: string): string {
  const parsed = new URL(value);
  if (parsed.password !== '') parsed.password = 'redacted';
  return parsed.href;
}
