/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Option} Option */
/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Argument} Argument */

/** Exit code: nothing was changed, because the operator must decide first, or some lines of a file were refused. */
export const EXIT_UNDECIDED = 3;

/** @type {Option} */
export const json = { name: 'json', text: "prints the API's answer as JSON" };

/**
 * For a change that the API answers without a document.
 * @param {string} what
 * @returns {Option}
 */
export const jsonOf = (what) => ({ name: 'json', text: `prints ${what} as JSON` });

/** @type {Option} */
export const yes = { name: 'yes', text: 'executes the change; without it the effect is only shown' };

/** @type {Option} */
export const reason = { name: 'reason', value: 'text', text: 'reason for the audit log' };

/** @type {Option} */
export const vrf = { name: 'vrf', value: 'vrf', text: 'VRF of the address, where several have it' };

/** @type {Argument} */
export const target = { name: 'target', text: 'address or id of the target' };

/** Exit codes of a command that needs --yes. */
export const EXITS_OF_YES = { [EXIT_UNDECIDED]: 'nothing was changed, because --yes was not given' };

/**
 * Options of lists in pages.
 * @type {Option[]}
 */
export const PAGE_OPTIONS = [
  { name: 'limit', value: 'n', min: 1, max: 500, default: 100, text: 'rows of the page' },
  { name: 'cursor', value: 'cursor', text: 'page to print: `next` of the page before' },
  { name: 'all', text: 'prints all rows as they arrive; with --json one row per line' },
];
