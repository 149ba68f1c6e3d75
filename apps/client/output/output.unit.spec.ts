import { describe, expect, it } from 'vitest';
import { Captured } from '../testing/run-captured';
import { Output } from './output';
import { widthOf } from './printable';

function outputOf(
  environment: Record<string, string> = {},
  isTTY = false,
): { output: Output; stdout: Captured; stderr: Captured } {
  const [stdout, stderr] = [new Captured(), new Captured()];
  stdout.isTTY = isTTY;
  return { output: new Output({ stdout, stderr }, environment), stdout, stderr };
}

const COLUMNS = [
  { title: 'NAME', of: ({ name }: { name: string }) => name },
  { title: 'END', of: () => 'x' },
];

describe('a table', () => {
  it('is aligned by the columns of the terminal, not by characters', async () => {
    const { output, stdout } = outputOf();
    await output.printTable(COLUMNS, [{ name: 'edge' }, { name: '東京' }, { name: 'é🟢' }]);
    expect(
      stdout.text
        .split('\n')
        .filter(Boolean)
        .map((line) => widthOf(line.replace(/\S+$/, ''))),
    ).toEqual([6, 6, 6, 6]);
  });

  it('keeps its widths for further rows, and prints its titles once', async () => {
    const { output, stdout } = outputOf();
    const widths = await output.printTable(COLUMNS, [{ name: 'a-long-name' }]);
    await output.printTable(COLUMNS, [{ name: 'b' }], widths);
    expect(stdout.text).toBe('NAME         END\na-long-name  x\nb            x\n');
  });

  it('shows control characters instead of executing them', async () => {
    const { output, stdout } = outputOf({}, true);
    await output.printTable(COLUMNS, [{ name: '\u001b[2J\u202eevil\n' }]);
    expect(stdout.text).toContain('\\u{1b}[2J\\u{202e}evil\\u{a}');
  });
});

describe('colours', () => {
  const cell = { title: 'S', of: () => ({ text: 'up', colour: 'green' as const }) };
  it.each([
    ['on a terminal', {}, true, true],
    ['not into a pipe', {}, false, false],
    ['not with NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['with an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['not on a dumb terminal', { TERM: 'dumb' }, true, false],
  ] as const)('%s', async (_, environment, isTTY, expected) => {
    const { output, stdout } = outputOf(environment, isTTY);
    await output.printTable([cell], [{}]);
    expect(stdout.text.includes('\u001b[32mup')).toBe(expected);
  });
});

it('remarks show control characters of a server instead of executing them, line by line', () => {
  const { output, stderr } = outputOf();
  output.note('Too busy \u001b]0;evil\u0007\u009b2J\nTry again.');
  expect(stderr.text).toBe('Too busy \\u{1b}]0;evil\\u{7}\\u{9b}2J\nTry again.\n');
});

it('remarks name commands as the user calls the program', () => {
  const { output, stderr } = outputOf({ ICMPMON_CALLED_AS: 'npm run icmpmon --' });
  output.note('There is no agent "x". List them: icmpmon agents list');
  expect(stderr.text).toBe('There is no agent "x". List them: npm run icmpmon -- agents list\n');
});
