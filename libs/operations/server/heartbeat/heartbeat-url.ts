import { type Field, url } from '@icmp-mon/platform/config';

const PROTOCOLS = ['https:', 'http:'];

/** Reads the address of the heartbeat service. Its path and query are often secrets, so only the origin is ever shown. */
export function heartbeatUrl(variable: string): Field<string> {
  const field = url(variable, { protocols: PROTOCOLS });
  return {
    ...field,
    expected: `${field.expected}, without a user name or password`,
    parseText(raw) {
      const value = field.parseText(raw);
      if (value === null) return null;
      const { username, password } = new URL(value);
      return username === '' && password === '' ? value : null;
    },
    showValue: (value) => `${new URL(value).origin}/…`,
  };
}
