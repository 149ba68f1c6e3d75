import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKafkaSasl } from './kafka-sasl';

const USERNAME = { ICMPMON_KAFKA_SASL_USERNAME: 'monitor' };

describe('the login to Kafka', () => {
  it('is undefined unless set', () => {
    expect(readKafkaSasl({})).toBeUndefined();
    expect(readKafkaSasl({ ICMPMON_KAFKA_SASL_USERNAME: '', ICMPMON_KAFKA_SASL_PASSWORD: '' })).toBeUndefined();
  });

  it('reads the password from the environment or from a file', () => {
    const given = { mechanism: 'plain', username: 'monitor', password: 's3cret' };
    expect(readKafkaSasl({ ...USERNAME, ICMPMON_KAFKA_SASL_PASSWORD: 's3cret' })).toEqual(given);
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'sasl-')), 'password');
    writeFileSync(file, 's3cret\n');
    const fromFile = { ...USERNAME, ICMPMON_KAFKA_SASL_PASSWORD_FILE: file };
    expect(readKafkaSasl({ ...fromFile, ICMPMON_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' })).toEqual({
      ...given,
      mechanism: 'scram-sha-512',
    });
  });

  it.each([
    ['without a password', USERNAME, /PASSWORD is missing/],
    [
      'with a password file that does not exist',
      { ...USERNAME, ICMPMON_KAFKA_SASL_PASSWORD_FILE: '/not/there' },
      /file that exists/,
    ],
    ['without a user', { ICMPMON_KAFKA_SASL_PASSWORD: 'x' }, /USERNAME is missing/],
    ['with another mechanism', { ICMPMON_KAFKA_SASL_MECHANISM: 'gssapi' }, /MECHANISM must be one of plain, scram/],
  ])('is refused %s', (_, env, message) => {
    expect(() => readKafkaSasl(env)).toThrow(message);
  });
});
