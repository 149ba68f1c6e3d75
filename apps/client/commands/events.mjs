import { json } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const events = {
  name: 'events',
  purpose: 'Lists who changed what, newest first; with --follow prints changes as they happen, oldest first.',
  details: [
    'The audit: docs/how-to/audit.md. --follow continues after an interruption of the server without gaps, until Ctrl-C.',
  ],
  options: [
    { name: 'follow', text: 'prints the newest events, then each further one' },
    { name: 'actor', value: 'actor', text: 'only changes by this user, API key or agent: name or id' },
    { name: 'kind', value: 'kind', text: 'only changes of entities of this kind, such as target, tier, agent, user' },
    { name: 'entity', value: 'entity', text: 'with --kind: only this entity: address, name or id' },
    { name: 'event', value: 'types', text: 'only events of these types, separated by commas' },
    { name: 'from', value: 'time', text: 'from this time on: ISO 8601, or now-6h' },
    { name: 'to', value: 'time', text: 'before this time' },
    { name: 'correlation', value: 'id', text: 'only events of this request, also those of its job' },
    { name: 'folded', text: 'leaves out the events of jobs; their cause is listed with their number' },
    { name: 'limit', value: 'n', min: 1, max: 200, default: 50, text: 'events of the page' },
    { name: 'cursor', value: 'cursor', text: 'page to print: `next` of the page before' },
    { name: 'all', text: 'prints all events as they arrive; with --json one event per line' },
    json,
  ],
  examples: ['icmpmon events --kind target --entity 192.0.2.7', 'icmpmon events --follow --json'],
};
