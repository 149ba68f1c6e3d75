import { REPORT_LIMITS } from '@icmp-mon/commands/contract';
import { isCleanText } from '@icmp-mon/platform/text';
import { describe, expect, it } from 'vitest';
import { lineOf } from './trail';

describe('a line of a trail', () => {
  it.each(['x'.repeat(199) + '😀', 'a\u0000b', '\ud83d', '\u001b[2J', 'x\n'.repeat(500), '"'.repeat(500)])(
    'is a text that a gateway accepts: %j',
    (text) => {
      expect(isCleanText(lineOf(text), REPORT_LIMITS.trailTextLength)).toBe(true);
    },
  );
});
