import { describe, expect, it } from 'vitest';
import { DependencyUnavailable, DomainError } from './index';

describe('errors', () => {
  it('contain a code, a sentence for the caller and the faulty fields', () => {
    const error = new DomainError('invalid', 'The address is not usable.', [{ pointer: '/ip', detail: 'is 127.1' }]);
    expect(error).toMatchObject({ name: 'DomainError', code: 'invalid', message: 'The address is not usable.' });
    expect(error.errors).toEqual([{ pointer: '/ip', detail: 'is 127.1' }]);
  });

  it('contain the unavailable dependency and the time until a retry', () => {
    const cause = new Error('ECONNREFUSED 10.0.0.1');
    const error = new DependencyUnavailable('control database', { cause });
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ name: 'DependencyUnavailable', code: 'unavailable', retryAfterS: 5, cause });
    expect(error.detail).toBe('The control database does not answer. Try again in a few seconds.');
    const kafka = new DependencyUnavailable('Kafka', { retryAfterS: 30 });
    expect(kafka.retryAfterS).toBe(30);
    expect(kafka.detail).toBe('Kafka does not answer. Try again in a few seconds.');
  });
});
