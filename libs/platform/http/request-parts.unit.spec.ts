import { describe, expect, it } from 'vitest';
import { entityTag, ifMatchVersion } from './entity-tag';
import { formatMessage } from './event-stream';
import { idempotencyKeyOf, idempotentRequest } from './idempotency';

describe('If-Match', () => {
  it('reads the version of an ETag', () => {
    expect(ifMatchVersion(entityTag(3))).toBe(3);
    expect(ifMatchVersion(undefined)).toBeUndefined();
    expect(ifMatchVersion('*')).toBeUndefined();
  });

  it('reports an empty header', () => {
    expect(() => ifMatchVersion(' ')).toThrow(/If-Match is empty/);
  });

  it.each(['3', 'W/"3"', '"x"', '"1", "2"', '"03"', '"99999999999999999999"'])('refuses %s', (header) => {
    expect(() => ifMatchVersion(header)).toThrow(expect.objectContaining({ code: 'precondition_failed' }));
  });
});

describe('a weak ETag in If-Match', () => {
  it('is refused, and the error contains the strong ETag to send, because proxies that compress answers make ETags weak', () => {
    expect(() => ifMatchVersion('W/"3"')).toThrow(/weak ETag W\/"3".*never matches.*Send "3"/);
  });
});

describe('an ETag with a content encoding appended in If-Match', () => {
  it.each(['"3-gzip"', '"3--gzip"', '"3;gzip"', '"3-br"', 'W/"3-gzip"'])(
    'is refused, and the error contains the ETag to send, because some proxies that compress answers append the encoding: %s',
    (header) => {
      expect(() => ifMatchVersion(header)).toThrow(/proxy that compresses.*Send "3"/);
    },
  );
});

describe('Idempotency-Key', () => {
  it('is optional', () => {
    expect(idempotencyKeyOf(undefined)).toBeNull();
    expect(idempotencyKeyOf('order-1')).toBe('order-1');
  });

  it.each([[''], ['a b'], ['ü'], ['x'.repeat(256)], [['a', 'b']]])('refuses %j', (header) => {
    expect(() => idempotencyKeyOf(header)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('compares bodies by their JSON values, not by the order of members', () => {
    const digest = (body: unknown): string => idempotentRequest('a', 'k', 'op', body).requestSha256;
    expect(digest({ ip: 'x', tags: { a: '1', b: '2' } })).toBe(digest({ tags: { b: '2', a: '1' }, ip: 'x' }));
    expect(digest({ ip: 'x' })).not.toBe(digest({ ip: 'y' }));
  });
});

describe('a server-sent event', () => {
  it('is written with id, name and data on separate lines', () => {
    expect(formatMessage({ id: '7', event: 'target', data: { name: 'a\nb' } })).toBe(
      'id: 7\nevent: target\ndata: {"name":"a\\nb"}\n\n',
    );
    expect(formatMessage({ id: '7' })).toBe('id: 7\n\n');
  });
});
