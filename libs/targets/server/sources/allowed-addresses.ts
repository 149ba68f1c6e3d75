import { type Field, list } from '@icmp-mon/platform/config';
import { isRange } from './address-policy';

/** Setting with addresses and ranges that inventory sources may have although they are denied otherwise. */
export function allowedAddresses(variable: string): Field<string[]> {
  const field = list(variable, { default: [] });
  return {
    ...field,
    expected: 'a comma-separated list of addresses and ranges, such as 127.0.0.1,169.254.10.0/24',
    namesValue: true,
    parseText(raw) {
      const ranges = field.parseText(raw);
      return ranges?.every(isRange) === true ? ranges : null;
    },
  };
}
