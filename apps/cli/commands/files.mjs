// Commands on files, without an installation. infra/ runs them; the app does not implement them.

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const printBlock = {
  name: 'print-block',
  purpose: 'Prints a block of results as JSON.',
  arguments: [{ name: 'file', text: 'file that holds the block (default: standard input)', optional: true }],
  examples: [
    'npm run icmpmon -- print-block block.bin',
    'npm run --silent icmpmon -- print-block < block.bin > block.json',
  ],
  exits: { 1: 'the bytes are not a block, or the file cannot be read' },
};

/** @type {Command} */
export const sbom = {
  name: 'sbom',
  purpose:
    'Writes the bill of materials of the shipped programs as CycloneDX 1.6; the same lockfile gives the same bytes.',
  arguments: [{ name: 'file', text: 'file to write (default artefacts/sbom.cdx.json)', optional: true }],
  examples: ['npm run icmpmon -- sbom', 'npm run icmpmon -- sbom /tmp/sbom.cdx.json'],
};
