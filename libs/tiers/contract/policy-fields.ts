import { PLAIN_TEXT_RULE, plainTextFault } from '@icmp-mon/platform/text';
import type { PolicyFault } from './policy-request';

type Fields = Record<string, unknown>;

/** Reads the members of a policy one by one and collects what is wrong with them. A faulty member is read as undefined. */
export class PolicyFields {
  readonly faults: PolicyFault[] = [];

  addFault(pointer: string, detail: string): undefined {
    this.faults.push({ pointer, detail });
    return undefined;
  }

  /** Reads an object; members that are not in `names` are faults. */
  object(value: unknown, pointer: string, names: readonly string[]): Fields | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.addFault(pointer, value === undefined ? 'is required' : 'must be an object');
    for (const name of Object.keys(value))
      if (!names.includes(name))
        this.addFault(`${pointer}/${escaped(name)}`, `is not a field. Fields: ${names.join(', ')}`);
    return value as Fields;
  }

  list(value: unknown, pointer: string, { min, max }: { min: number; max: number }): unknown[] | undefined {
    if (Array.isArray(value) && value.length >= min && value.length <= max) return value as unknown[];
    return this.addFault(pointer, `must be a list of ${min} to ${max} items`);
  }

  /** Reads a whole number; `alternative` is another value that the caller accepts, for the text of the fault. */
  integer(
    value: unknown,
    pointer: string,
    { min, max }: { min: number; max: number },
    alternative?: string,
  ): number | undefined {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    const or = alternative === undefined ? '' : `, or ${alternative}`;
    return this.addFault(pointer, `must be a whole number from ${min} to ${max}${or}`);
  }

  flag(value: unknown, pointer: string): boolean | undefined {
    return typeof value === 'boolean' ? value : this.addFault(pointer, 'must be true or false');
  }

  choice<T extends string>(value: unknown, pointer: string, values: readonly T[]): T | undefined {
    const found = values.find((each) => each === value);
    return found ?? this.addFault(pointer, `must be one of ${values.join(', ')}`);
  }

  text(value: unknown, pointer: string, { min, max }: { min: number; max: number }): string | undefined {
    if (typeof value === 'string' && value.length >= min && value.length <= max && plainTextFault(value) === null)
      return value;
    return this.addFault(pointer, `must be a text of ${min} to ${max} characters with ${PLAIN_TEXT_RULE}`);
  }
}

/** Escapes a segment of a JSON pointer. */
export function escaped(segment: string): string {
  return segment.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}
