// Commands of the program alone: `npm run icmpmon` needs no login.
import { EXIT_UNDECIDED, json, jsonOf } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const login = {
  name: 'login',
  purpose: 'Asks for an API key, checks it, and stores it with the address for further commands.',
  details: [
    'Writes ~/.config/icmpmon/config.json, which only its owner can read. Without a terminal it reads the key from standard input. ' +
      '--profile names the entry (default: default); further commands use that of the last login.',
  ],
  options: [jsonOf('profile, address, name and role of the key')],
  examples: [
    'icmpmon login --url https://mon.example.org',
    'icmpmon login --url https://mon.example.org --ca ca.pem --profile lab < key.txt',
  ],
};

/** @type {Command} */
export const logout = {
  name: 'logout',
  purpose: 'Removes the stored address and API key of a profile; the key itself stays valid.',
  options: [jsonOf('the removed profile, without its key,')],
  examples: ['icmpmon logout', 'icmpmon logout --profile lab'],
};

/** @type {Command} */
export const whoami = {
  name: 'whoami',
  purpose: 'Shows the installation, the API key that is used, and its role.',
  options: [json],
  examples: ['icmpmon whoami'],
};

/** @type {Command} */
export const health = {
  name: 'health',
  purpose: "Shows the product's own health, the worst part first.",
  options: [json],
  examples: ['icmpmon health'],
  exits: { [EXIT_UNDECIDED]: 'a part is bad or cannot be read' },
};

/** @type {Command} */
export const completion = {
  name: 'completion',
  purpose: 'Prints a script that completes commands, options and names in a shell.',
  arguments: [{ name: 'shell', text: 'the shell', choices: ['bash', 'zsh'] }],
  examples: ['source <(icmpmon completion bash)', 'icmpmon completion zsh > "${fpath[1]}/_icmpmon"'],
};

/** @type {Command} */
export const complete = {
  name: 'complete',
  purpose: 'Prints the words that may follow; the script of completion calls it.',
  arguments: [{ name: 'words', text: 'words of the command line', optional: true, many: true }],
  hidden: true,
};
