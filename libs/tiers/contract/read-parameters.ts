import type { CheckType } from '@icmp-mon/probing/contract';
import { isCanonicalAddress } from './canonical-address';
import { CHECK_PARAMETERS, type CheckParameter } from './check-parameters';
import { PolicyFields } from './policy-fields';
import type { PolicyFault } from './policy-request';
import type { CheckParameters } from './tier';

/**
 * Reads the parameters of one probe of a type, as a check of the type has them, without those in `except`. Returns them, or all faults with
 * pointers that begin with `pointer`.
 */
export function readCheckParameters(
  type: CheckType,
  sent: unknown,
  pointer: string,
  except: readonly string[] = [],
): { parameters: CheckParameters; faults?: undefined } | { faults: PolicyFault[]; parameters?: undefined } {
  const fields = new PolicyFields();
  const names = (CHECK_PARAMETERS[type] ?? []).map(({ name }) => name).filter((name) => !except.includes(name));
  const members = fields.object(sent, pointer, names);
  const parameters = members === undefined ? {} : readParameters(fields, type, members, pointer);
  return fields.faults.length > 0 ? { faults: fields.faults } : { parameters };
}

/** Reads the parameters of a type among other members; adds faults to `fields`. */
export function readParameters(
  fields: PolicyFields,
  type: CheckType,
  members: Record<string, unknown>,
  pointer: string,
): CheckParameters {
  const values = (CHECK_PARAMETERS[type] ?? []).flatMap((parameter) => {
    const value = members[parameter.name];
    if (value === undefined && !parameter.required) return [];
    // The same probe as one without the flag.
    if (value === false && parameter.kind === 'flag') return [];
    return [[parameter.name, readParameter(fields, value, `${pointer}/${parameter.name}`, parameter)] as const];
  });
  return Object.fromEntries(values) as CheckParameters;
}

function readParameter(fields: PolicyFields, value: unknown, pointer: string, parameter: CheckParameter): unknown {
  switch (parameter.kind) {
    case 'integer':
      return fields.integer(value, pointer, parameter);
    case 'choice':
      return fields.choice(value, pointer, parameter.values);
    case 'text': {
      const text = fields.text(value, pointer, { min: 1, max: parameter.lengthMax });
      if (text === undefined || parameter.pattern.test(text)) return text;
      return fields.addFault(pointer, `must be a text that ${parameter.rule}`);
    }
    case 'flag':
      return typeof value === 'boolean' ? value : fields.addFault(pointer, 'must be true or false');
    case 'address':
      if (isCanonicalAddress(value)) return value;
      return fields.addFault(
        pointer,
        'must be an IPv4 or IPv6 address in its usual form, such as 192.0.2.1 or 2001:db8::1',
      );
    default:
      return parameter satisfies never;
  }
}
