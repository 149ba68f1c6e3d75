import { randomBytes } from 'node:crypto';

/** Returns a new topic prefix for the suite. */
export function testTopicPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
