import { expect, it } from 'vitest';
import { isAgentVersion, isOlderVersion } from './agent-version';

it.each([
  ['0.1.0', '0.2.0', true],
  ['0.2.0', '0.2.0', false],
  ['0.10.0', '0.9.9', false],
  ['1', '1.0.0', false],
  ['0.9', '1.0', true],
  ['1.2.3-rc.1', '1.2.3', false],
  ['1.2.2+build', '1.2.3', true],
  ['test', '0.0.1', true],
])('%s is older than %s: %s', (version, minimum, isOlder) => {
  expect(isOlderVersion(version, minimum)).toBe(isOlder);
});

it.each([
  ['0.2', true],
  ['1.4.0', true],
  ['v1', false],
  ['1.2.3.4', false],
  ['', false],
])('%j is a version: %s', (text, isOne) => {
  expect(isAgentVersion(text)).toBe(isOne);
});
