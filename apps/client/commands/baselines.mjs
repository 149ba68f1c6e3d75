import { json, target, vrf } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const baselines = {
  name: 'baselines',
  purpose: 'Shows what is usual for agents and targets, and calculates it again.',
  commands: [
    {
      name: 'show',
      purpose: 'Shows the usual round-trip times and losses of an agent and a target, by check.',
      details: [
        '`SOURCE`: pair, its own hours; region, the other agents of its region; tier, nothing is known yet and the limits of the tier apply.',
      ],
      arguments: [{ name: 'agent', text: 'name or id of the agent' }, target],
      options: [vrf, json],
      examples: ['icmpmon baselines show fra-1 192.0.2.1'],
    },
    {
      name: 'recalculate',
      purpose: 'Calculates baselines again, now, and waits for the end.',
      details: [
        'Baselines are calculated every hour by themselves. Interrupted, the command leaves the calculation running.',
      ],
      arguments: [
        {
          name: 'targets',
          text: 'ids of targets whose shards are calculated; all without',
          optional: true,
          many: true,
        },
      ],
      options: [{ name: 'forget', text: 'makes the latest hours usual, such as after planned work' }, json],
      examples: [
        'icmpmon baselines recalculate',
        'icmpmon baselines recalculate 01936d2e-7c1a-7b3e-9a51-0242ac120010 --forget',
      ],
    },
  ],
  examples: ['icmpmon baselines show fra-1 192.0.2.1'],
};
