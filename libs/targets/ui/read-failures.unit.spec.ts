// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { signal } from '@angular/core';
import type { KeptRead } from '@icmp-mon/platform/ui-kit';
import { describe, expect, it } from 'vitest';
import { readFailures } from './read-failures';

const away = { status: 0 };
const missing = { status: 404, error: { title: 'Not found', detail: '10.9.9.9 is not a target.' } };

function read(value: string | undefined, error?: unknown, sinceMs = 0): KeptRead<string> {
  const failure = error === undefined ? null : { error, sinceMs };
  return { value: signal(value), failure: signal(failure), isLoading: signal(false) };
}

describe('failed reads', () => {
  it('with the same reason are one failure, since the first of them', () => {
    const reads = [
      { what: 'the target', read: read('old', away, 2_000) },
      { what: 'the verdicts', read: read(undefined, away, 1_000) },
      { what: 'the history', read: read('fine') },
    ];
    expect(readFailures(reads)).toEqual([
      { text: 'The target and the verdicts could not be loaded', error: away, sinceMs: 1_000 },
    ]);
  });

  it('with different reasons are separate; without earlier data there is no "since"', () => {
    const reads = [
      { what: 'the target', read: read(undefined, missing) },
      { what: 'the history', read: read('old', away, 5) },
    ];
    expect(readFailures(reads).map(({ text, sinceMs }) => [text, sinceMs])).toEqual([
      ['The target could not be loaded', null],
      ['The history could not be loaded', 5],
    ]);
  });
});
