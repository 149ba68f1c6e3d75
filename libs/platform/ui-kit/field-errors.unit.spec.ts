import { describe, expect, it } from 'vitest';
import { fieldErrors } from './field-errors';

const problem = (fields: Record<string, string>) => ({
  status: 400,
  title: 't',
  detail: 'd',
  fields,
  pointers: {},
  more: {},
});

describe('fieldErrors', () => {
  const fields = { name: 'the name field', ip: 'the address field' };

  it('returns the messages for the fields that the server names', () => {
    expect(fieldErrors(problem({ ip: 'is taken', other: 'is wrong' }), fields)).toEqual([
      { fieldTree: 'the address field', kind: 'server', message: 'is taken' },
    ]);
  });

  it('matches a field by its name in the request', () => {
    expect(fieldErrors(problem({ agentName: 'is taken' }), fields, { name: 'agentName' })).toEqual([
      { fieldTree: 'the name field', kind: 'server', message: 'is taken' },
    ]);
  });

  it('returns undefined when no message is for a field', () => {
    expect(fieldErrors(problem({ '': 'is wrong' }), fields)).toBeUndefined();
  });
});
