import { randomBytes } from 'node:crypto';

/** A topic prefix of the suite's own. */
export function testTopicPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}
