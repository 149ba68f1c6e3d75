import { describe, expect, it } from 'vitest';
import { callOf, type Command, helpOf, type Invocation, nearest, pathsOf, readCommandLine, UsageError } from '.';

const DROP: Command = {
  name: 'drop',
  purpose: 'Drops old ones.',
  options: [
    { name: 'older-than', value: 'days', min: 2, max: 99, required: true, text: 'days to keep' },
    { name: 'yes', text: 'does it' },
  ],
};

const SCRIPT: Command = {
  name: 'thing',
  purpose: 'Does things.',
  details: ['In more words.'],
  runs: true,
  options: [
    { name: 'json', text: 'prints JSON' },
    { name: 'level', value: 'level', choices: ['unit', 'int'], text: 'one level', default: 'all' },
    { name: 'supervise', text: 'is internal', hidden: true },
  ],
  settings: { SOME_DIR: 'where it is' },
  examples: ['npm run thing -- --json'],
  exits: { 0: 'all is equal', 3: 'it differs' },
  commands: [DROP, { name: 'secret', purpose: 'Is internal.', hidden: true }],
};

const COPY: Command = {
  name: 'test',
  purpose: 'Copies.',
  arguments: [
    { name: 'from', text: 'what is copied' },
    {
      name: 'to',
      text: 'where to',
      choices: ['here', 'there'],
      texts: { here: 'near', there: 'far' },
      optional: true,
      many: true,
    },
  ],
};

const read = (script: Command, ...argv: string[]): Invocation => readCommandLine(script, argv);

/** Returns the first line of the refusal, or `accepted`. */
function refusal(script: Command, ...argv: string[]): string {
  try {
    read(script, ...argv);
  } catch (error) {
    if (error instanceof UsageError) return error.message.split('\n')[0] ?? '';
    throw error;
  }
  return 'accepted';
}

describe('a command line', () => {
  it('is parsed by the definition of its command', () => {
    const asked = read(SCRIPT, '--json', '--level', 'int');
    expect([asked.words, asked.flag('json'), asked.text('level'), asked.asksForHelp]).toEqual(['', true, 'int', false]);
    const drop = read(SCRIPT, 'drop', '--older-than=14');
    expect([drop.words, drop.number('older-than'), drop.flag('yes')]).toEqual(['drop', 14, false]);
    expect(read(COPY, 'a', 'here', 'there').args).toEqual(['a', 'here', 'there']);
    expect(read(COPY, '--', '-a').args).toEqual(['-a']);
    expect(() => asked.flag('jsn')).toThrow('has no option jsn');
    expect(['level', 'supervise'].map((name) => asked.has(name))).toEqual([true, false]);
    expect(asked.textOrNone('level', 'supervise')).toBe('int');
    const none = read(SCRIPT, '--supervise');
    expect(none.textOrNone('level', 'supervise')).toBeNull();
    for (const argv of [[], ['--supervise', '--level', 'int']])
      expect(() => read(SCRIPT, ...argv).textOrNone('level', 'supervise')).toThrow(UsageError);
  });

  it.each([
    [SCRIPT, ['--jsn'], 'Unknown option --jsn. Did you mean --json?'],
    [SCRIPT, ['--supervize'], 'Unknown option --supervize.'],
    [SCRIPT, ['--hepl'], 'Unknown option --hepl. Did you mean --help?'],
    [SCRIPT, ['-x'], 'Unknown option -x.'],
    [SCRIPT, ['--json=1'], 'Option --json takes no value.'],
    [SCRIPT, ['--level'], 'Option --level needs a value: --level unit|int'],
    [SCRIPT, ['--level', '--json'], 'Option --level needs a value: --level unit|int'],
    [SCRIPT, ['--level=uint'], '--level must be one of unit, int, not "uint". Did you mean unit?'],
    [SCRIPT, ['dorp'], 'Unknown command "dorp". Did you mean drop?'],
    [SCRIPT, ['quux'], 'Unknown command "quux". Commands: drop.'],
    [SCRIPT, ['\u001b[2Jx\n\u202e'], 'Unknown command "\\u{1b}[2Jx\\u{a}\\u{202e}". Commands: drop.'],
    [SCRIPT, ['--\u0007'], 'Unknown option --\\u{7}.'],
    [SCRIPT, ['drop'], 'Option --older-than <days> is missing: days to keep.'],
    [SCRIPT, ['drop', '--older-than=1'], '--older-than must be a whole number from 2 to 99, not "1".'],
    [SCRIPT, ['drop', '--older-than=2.5'], '--older-than must be a whole number from 2 to 99, not "2.5".'],
    [SCRIPT, ['drop', 'yes', '--older-than=3'], 'Unexpected argument "yes". Did you mean --yes?'],
    [
      { ...DROP, together: [['older-than']] },
      ['--older-than=3', '--yes'],
      '--older-than and --yes cannot be combined.',
    ],
    [COPY, [], 'Argument <from> is missing: what is copied.'],
    [COPY, ['a', 'hera'], '<to> must be one of here, there, not "hera". Did you mean here?'],
  ])('number %# is refused with the name of the wrong part: %j', (script, argv, message) => {
    expect(refusal(script, ...argv)).toBe(message);
  });

  it('that is refused refers to the help of its command', () => {
    expect(() => read(SCRIPT, 'drop', '--x')).toThrow(/\nHelp: npm run thing -- drop --help$/);
  });

  it.each([
    ['--help'],
    ['-h'],
    ['drop', '--bad', '-h'],
    ['help'],
    ['help', 'drop'],
    ['drop', '--older-than', '--help'],
  ])('requests help by %s %s %s', (...argv) => {
    expect(read(SCRIPT, ...argv).asksForHelp).toBe(true);
  });

  it('requires a sub-command if the command itself cannot run', () => {
    expect(refusal({ ...SCRIPT, runs: false })).toBe('A command is missing. Commands: drop.');
    expect(refusal(SCRIPT)).toBe('accepted');
  });
});

describe('the help of a command', () => {
  it('has the same sections in the same order, without hidden commands and options', () => {
    expect(helpOf([SCRIPT])).toBe(`npm run thing
Does things.

In more words.

Usage:
  npm run thing -- [options]
  npm run thing -- <command> …

Commands:
  drop  Drops old ones.

Options:
  --json           prints JSON
  --level <level>  one level (one of unit, int; default all)
  -h, --help       prints this help and does nothing else

Environment:
  SOME_DIR  where it is

Examples:
  npm run thing -- --json

Exit codes:
  0  all is equal
  1  failed or refused; the reason is printed
  2  the command line is wrong; nothing was done
  3  it differs`);
  });

  it('describes arguments and their choices, and wraps long lines', () => {
    const words = Array.from({ length: 60 }, () => 'word').join(' ');
    const help = helpOf([{ ...COPY, purpose: words }]);
    expect(help).toContain('npm test -- <from> [<to> …]');
    expect(help).toContain('<to>:\n  here   near\n  there  far');
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  it('shows how each command is called', () => {
    expect(pathsOf(SCRIPT).map(callOf)).toEqual(['npm run thing', 'npm run thing -- drop']);
    expect(callOf([COPY])).toBe('npm test');
  });
});

describe('the suggestion for a misspelled word', () => {
  it.each([
    ['--detatch', ['--detach', '--help'], '--detach'],
    ['uint', ['unit', 'int'], 'unit'],
    ['proj', ['projector', 'agent'], 'projector'],
    ['DOWN', ['up', 'down'], 'down'],
    ['xyz', ['up', 'down'], undefined],
    ['a', ['agents', 'api-keys'], undefined],
  ])('for %s among %j is %s', (written, candidates, meant) => {
    expect(nearest(written, candidates)).toBe(meant);
  });
});
