import { describe, expect, it } from 'vitest';
import { faultsOf } from './check-docs.mjs';
import { refusalOf } from './documents/command-lines.mjs';

const FILES: Record<string, string> = {
  'README.md': '# ICMP-Mon\n\n## Ports and settings\n',
  'docs/operations.md': '# Operations\n\n## When Kafka fails\n',
  'libs/targets/contract/index.ts': '',
};

const repository = {
  exists: (path: string): boolean => {
    const wanted = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/.*)?$`);
    return Object.keys(FILES).some((file) => wanted.test(file));
  },
  read: (path: string): string => FILES[path] ?? '',
  scripts: ['start', 'stop', 'reset'],
  settings: new Set(['ICMPMON_API_PORT']),
  refusal: (_script: string, args: readonly string[]) => (args.includes('--none') ? '--none is unknown' : undefined),
};

const faults = (text: string, file = 'docs/architecture.md'): string[] => faultsOf({ file, text }, repository);

describe('the check of the documents', () => {
  it.each([
    ['a link in its folder', '[ops](operations.md)'],
    ['a link upwards with an anchor', '[settings](../README.md#ports-and-settings)'],
    ['a link within itself', '# Here\n\n[here](#here)'],
    ['a link to elsewhere', '[nx](https://nx.dev/docs/none.md)'],
    ['a path in code', 'see `libs/targets/contract/index.ts` and `libs/targets`'],
    ['a path with a placeholder', '`libs/<context>/contract`'],
    ['a path of another program', '`/usr/lib/icmp-mon/docs/x.md`, `dist/apps/none`, `some/libs/none`'],
    ['a command', '```sh\nnpm start -- --detach\nnpm run reset -- --yes\n```'],
    ['a setting', '`ICMPMON_API_PORT=0`'],
    ['a secret in a file', '`ICMPMON_API_PORT_FILE`'],
    ['a command with a placeholder', '`npm run reset -- <folder> --none`'],
    ['a command in a comment', '```sh\nls # as npm run reset -- --none\n```'],
    ['a repeated heading', '# Here\n\n# Here\n\n[second](#here-1)'],
    ['a link inside code', '`[x](none.md)`'],
    ['a long line of code', `\`\`\`text\n${'x'.repeat(131)}\n\`\`\``],
    ['a line of 130 characters', '█'.repeat(130)],
  ])('finds no fault with %s', (_what, text) => {
    expect(faults(text)).toEqual([]);
  });

  it.each([
    ['[removed](removed.md)', 'the link removed.md leads nowhere'],
    ['[ops](operations.md#when-redis-dies)', 'the link operations.md#when-redis-dies names no heading'],
    ['[here](#there)', 'the link #there names no heading'],
    ['`libs/targets/server/index.ts`', 'libs/targets/server/index.ts does not exist'],
    ['```sh\nnode infra/none.mjs --x\n```', 'infra/none.mjs does not exist'],
    ['`docs/<name>.yaml`', 'docs/<name>.yaml does not exist'],
    ['`npm run demo`', 'npm run demo is not a script of package.json'],
    ['```sh\nnpm test\n```', 'npm run test is not a script of package.json'],
    ['`npm run reset -- --none`', 'npm run reset -- --none is refused: --none is unknown'],
    ['`npm run reset --yes`', 'npm keeps --yes of reset for itself: write it after --'],
    ['```sh\nnpm run reset -- \\\n  --none\n```', 'npm run reset -- --none is refused: --none is unknown'],
    ['a `stray\n\n[x](none.md)\n\nand ` another', 'the link none.md leads nowhere'],
    ['[x](%E0%A4%A.md)', 'the link %E0%A4%A.md leads nowhere'],
    ['`faults/none.ts`', 'faults/none.ts does not exist'],
    ['`ICMPMON_API_PROT`', 'ICMPMON_API_PROT is read nowhere'],
    [`\`\`\`sh\n\n\`\`\`\n${'x'.repeat(131)}`, 'line 4 has 131 characters, at most 130'],
  ])('reports %j', (text, fault) => {
    expect(faults(text)).toEqual([`docs/architecture.md: ${fault}`]);
  });

  it('reports each fault once', () => {
    expect(faults('`libs/none` and `libs/none`, `npm run none`\n\n```sh\nnpm run none\n```')).toHaveLength(2);
  });
});

describe('a cited command line', () => {
  it.each([
    ['a group of commands', 'icmpmon', ['users']],
    ['a command without its arguments', 'generate', ['verb']],
    ['a command with them', 'bench', ['ingest', '--pairs', '3']],
  ])('may be %s', (_what, script, args) => {
    expect(refusalOf(script, args)).toBeUndefined();
  });

  it.each([
    ['a bench', 'bench', ['inget']],
    ['a fault', 'faults', ['no-such-fault']],
    ['a command', 'icmpmon', ['backups']],
    ['an option', 'load', ['fleet', '--fast']],
  ])('names no %s that does not exist', (_what, script, args) => {
    expect(refusalOf(script, args)).toContain(args.at(-1));
  });
});
