import { signal } from '@angular/core';
import { disabled, form, maxLength, required, validate } from '@angular/forms/signals';
import { AGENT_NAME_RULE, type AgentView, isAgentName, readAllowedRanges } from '@icmp-mon/agents/contract';

const PLACE_LENGTH_MAX = 64;
/** Invisible characters: control and format characters, line and paragraph separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Creates the form of the settings for the join command; `replaces` returns the agent that the machine replaces, if any. */
export function joinForm(others: () => readonly AgentView[], replaces: () => AgentView | undefined) {
  return form(signal({ name: '', region: '', provider: '', allow: '' }), (path) => {
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
    for (const place of [path.region, path.provider]) {
      maxLength(place, PLACE_LENGTH_MAX, { message: `At most ${PLACE_LENGTH_MAX} characters.` });
      validate(place, ({ value }) =>
        UNSEEN.test(value()) ? { kind: 'unseen', message: 'The text contains an invisible character.' } : undefined,
      );
    }
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
