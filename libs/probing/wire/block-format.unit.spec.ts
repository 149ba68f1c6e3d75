import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OUTCOME, OUTCOME_NAMES } from '@icmp-mon/probing/contract';
import { encodeSeriesBody, HISTOGRAM_BINS, printBlock, type SeriesSamples } from '.';
import { allocateSamples } from './series-samples';
import { blockOf, decompressRuns, THREE_ROWS } from './block-fixtures';

const page = readFileSync(new URL('../../../docs/block-format.md', import.meta.url), 'utf8');

function fenced(title: string): string {
  const found = new RegExp('^```' + title + '\\n(.*?)^```', 'ms').exec(page);
  if (found === null) throw new Error(`docs/block-format.md has no fenced part "${title}"`);
  return found[1];
}

/** Parses a dump: each line begins with pairs of hex digits. */
function hexOf(title: string): string {
  return fenced(title)
    .split('\n')
    .flatMap((line) => /^(?:[0-9a-f]{2} )*[0-9a-f]{2}(?= {2})/.exec(line)?.[0].split(' ') ?? [])
    .join(' ');
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function exampleSamples(): SeriesSamples {
  const samples = allocateSamples(5);
  samples.count = 5;
  samples.agentNo.set([1, 1, 1, 1, 3]);
  samples.timeOffsetMs.set([1_000, 16_002, 31_000, 46_001, 8_000]);
  samples.outcome[2] = OUTCOME.timeout;
  samples.rttUs.set([12_300, 12_000, 0, 12_500, 845]);
  return samples;
}

describe('docs/block-format.md', () => {
  it('shows the exact bytes of a block', () => {
    expect(hexOf('hex block')).toBe(toHex(blockOf(THREE_ROWS)));
  });

  it("shows the printer's output for that block", () => {
    expect(JSON.parse(fenced('json block'))).toEqual(printBlock(blockOf(THREE_ROWS), decompressRuns));
  });

  it('shows the exact bytes of a series body', () => {
    expect(hexOf('hex series')).toBe(toHex(encodeSeriesBody(exampleSamples())));
  });

  it('lists every outcome, and the number of bins', () => {
    OUTCOME_NAMES.forEach((name, code) => expect(page).toMatch(new RegExp(`\\| ${code} +\\| \`${name}\` +\\|`)));
    expect(page).toContain(`the last of the ${HISTOGRAM_BINS} bins`);
  });
});

describe('the printer', () => {
  it('reports why bytes are not a block', () => {
    expect(printBlock(Uint8Array.of(1, 2, 3), decompressRuns)).toEqual({
      byteLength: 3,
      refused: 'bad_magic',
      detail: 'the bytes do not begin with "IMB"',
    });
  });

  it('prints times beyond the range of dates as milliseconds', () => {
    const printed = printBlock(blockOf([{ ...THREE_ROWS[0], timeMs: 2 ** 53 - 1 }]), decompressRuns);
    expect(printed).toMatchObject({ header: { baseTime: '9007199254740991 ms' } });
  });
});
