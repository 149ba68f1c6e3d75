import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { problemOf } from './problem';

describe('problemOf', () => {
  it.each([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['conflict', 409],
    ['ambiguous', 409],
    ['precondition_failed', 412],
    ['too_large', 413],
    ['precondition_required', 428],
    ['too_many_requests', 429],
    ['unavailable', 503],
  ] as const)('answers %s with %i', (code, status) => {
    expect(problemOf(new DomainError(code, 'why'))).toMatchObject({ status, code, detail: 'why' });
  });

  it('answers 503 for a dependency that is unavailable', () => {
    expect(problemOf(new DependencyUnavailable('control database'))).toMatchObject({
      status: 503,
      code: 'unavailable',
    });
  });

  it('contains field errors and the members that an error adds', () => {
    class Taken extends DomainError {
      readonly members = { targetId: 'a' };
    }
    const errors = [{ pointer: '#/ip', detail: 'is taken' }];
    expect(problemOf(new Taken('conflict', 'taken', errors))).toMatchObject({ errors, targetId: 'a' });
  });

  it('answers 404 for an unknown route with a sentence', () => {
    expect(problemOf(new NotFoundException('Cannot GET /x'))).toMatchObject({
      status: 404,
      detail: 'There is no GET /x.',
    });
  });

  it('answers errors of a body parser, and hides errors that must not be exposed', () => {
    const tooLarge = Object.assign(new Error('request entity too large'), { status: 413, expose: true });
    expect(problemOf(tooLarge)).toMatchObject({ status: 413, code: 'too_large' });
    const broken = Object.assign(new Error('x'), { status: 400, expose: true, type: 'entity.parse.failed' });
    expect(problemOf(broken)).toMatchObject({ status: 400, detail: 'The body is not valid JSON: x' });
    expect(problemOf(Object.assign(new Error('stack'), { status: 500, expose: false }))).toBeNull();
  });

  it.each(['22P02', '22003', '22021'])('answers a value that the database refused (%s) with 400', (code) => {
    const driverError = Object.assign(new Error('invalid input syntax for type inet: "x"'), { code });
    const answer = problemOf(Object.assign(new Error('query failed'), { driverError }));
    expect(answer).toMatchObject({ status: 400, code: 'invalid' });
    expect(answer?.detail).not.toContain('inet');
  });

  it('returns null for a defect', () => {
    expect(problemOf(Object.assign(new Error('syntax error'), { code: '42601' }))).toBeNull();
    expect(problemOf(new TypeError('x is undefined'))).toBeNull();
    expect(problemOf('thrown text')).toBeNull();
  });
});
