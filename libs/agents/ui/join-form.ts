import { signal } from '@angular/core';
import { disabled, form, required, validate } from '@angular/forms/signals';
import { AGENT_NAME_RULE, type AgentView, isAgentName, readAllowedRanges } from '@icmp-mon/agents/contract';
import { checkDescription } from './description-fields';

/** Creates the form of the settings for the join command; `replaces` returns the agent that the machine replaces, if any. */
export function joinForm(others: () => readonly AgentView[], replaces: () => AgentView | undefined) {
  return form(signal({ name: '', region: '', provider: '', allow: '', tags: '', capacity: '' }), (path) => {
    required(path.name, { message: 'Enter a name, for example the host name of the machine.' });
    disabled(path.name, { when: () => replaces() !== undefined });
    validate(path.name, ({ value }) => {
      const text = value().trim();
      if (text === '' || replaces() !== undefined) return undefined;
      if (!isAgentName(text)) return { kind: 'name', message: `A name ${AGENT_NAME_RULE}.` };
      if (!others().some((other) => other.name === text)) return undefined;
      return {
        kind: 'taken',
        message: `An agent ${text} already exists. To replace its machine, open the page of that agent.`,
      };
    });
    checkDescription(path);
    required(path.region, { message: 'Enter a region, such as eu-central. Tiers select agents by region.' });
    required(path.provider, {
      message: 'Enter the network provider, such as carrier-a. Tiers select agents by provider.',
    });
    validate(path.allow, ({ value }) => {
      const read = readAllowedRanges(value());
      return 'fault' in read ? { kind: 'ranges', message: read.fault } : undefined;
    });
  });
}
