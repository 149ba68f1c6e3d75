import { jsonOf } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const evidence = {
  name: 'evidence',
  purpose: 'Verifies evidence logs of checks that expect no answer.',
  commands: [
    {
      name: 'verify',
      purpose: 'Verifies an exported evidence log offline, and prints the time as expected, violated and untested.',
      details: [
        'The file is an answer of …/targets/{id}/checks/{check}/evidence:export (docs/how-to/prove-that-a-port-is-closed.md). It is refused if ' +
          'a line was changed, removed, moved or added. Needs no server.',
      ],
      arguments: [{ name: 'file', text: 'the export; - is standard input' }],
      options: [
        {
          name: 'hash',
          value: 'hash',
          text: 'refuses the file unless it has an entry with this hash, such as `evidence.hash` of an event that was kept elsewhere',
        },
        jsonOf('what was verified'),
      ],
      examples: ['icmpmon evidence verify evidence.ndjson'],
      exits: {
        0: 'every entry is as it was sealed, in its order',
        1: 'the file was refused; the line and the reason are printed',
      },
    },
  ],
  examples: ['icmpmon evidence verify evidence.ndjson'],
};
