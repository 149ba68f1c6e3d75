import { describe, expect, it } from 'vitest';
import { scopeFault } from './scope-fault';

describe('the fault of a scope in a form', () => {
  it('is none for a valid scope, and for none', () => {
    for (const text of ['', '  ', 'customer=acme', 'ip IN 192.0.2.0/24 OR vrf=blue'])
      expect(scopeFault(text)).toBeNull();
  });

  it('names its place, and what a scope may compare', () => {
    expect(scopeFault('customer=acme AND status=up')?.message).toContain('At character 19: found "status"');
    expect(scopeFault('customer=')?.message).toContain('found the end of the filter');
  });
});
