import { describe, expect, it } from 'vitest';
import { readProblem } from './problem';

describe('readProblem', () => {
  it('assigns the messages of problem+json to their fields', () => {
    const error = {
      title: 'Invalid request',
      detail: 'The body has errors.',
      errors: [
        { pointer: '/ip', detail: '"127.1" is not a whole address.' },
        { pointer: '#/tags/site', detail: 'Too long.' },
        { pointer: '/tags/role', detail: 'Empty.' },
        { pointer: '/name' },
      ],
    };
    expect(readProblem({ status: 400, error })).toEqual({
      status: 400,
      title: 'Invalid request',
      detail: 'The body has errors.',
      fields: { ip: '"127.1" is not a whole address.', tags: 'Too long. Empty.' },
      pointers: { '/ip': '"127.1" is not a whole address.', '#/tags/site': 'Too long.', '/tags/role': 'Empty.' },
      more: {},
    });
  });

  it('keeps other text members', () => {
    const error = { title: 'Conflict', targetId: 'a', version: 2 };
    expect(readProblem({ status: 409, error }).more).toEqual({ targetId: 'a' });
  });

  it('advises what to do when the server was not reached', () => {
    const problem = readProblem({ status: 0, error: null });
    expect(problem.title).toBe('The server cannot be reached');
    expect(problem.detail).toContain('try again');
  });

  it.each([401, 403, 404, 418, 429, 500, 503])('has a title and advice for a bare %i', (status) => {
    const problem = readProblem({ status, error: '<html>proxy</html>' });
    expect(problem.title).not.toBe('');
    expect(problem.detail).toMatch(/\.$/);
  });

  it('accepts any thrown value', () => {
    expect(readProblem(new Error('boom')).status).toBe(0);
    expect(readProblem(undefined).fields).toEqual({});
  });
});
