import { signal } from '@angular/core';
import { disabled, form, maxLength, required, validate } from '@angular/forms/signals';
import { AGENT_NAME_RULE, type AgentView, isAgentName, readAllowedRanges } from '@icmp-mon/agents/contract';

const PLACE_LENGTH_MAX = 64;
/** What a shell or a terminal would not show: controls, formats, separators of lines. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What the portal asks before it makes the command; `replaces`: for a machine that takes the place of that agent. */
export function joinForm(others: () => readonly AgentView[], replaces: () => AgentView | undefined) {
  return form(signal({ name: '', region: '', provider: '', allow: '' }), (path) => {
    required(path.name, { message: 'Enter a name: the host name of the machine, for instance.' });
    disabled(path.name, { when: () => replaces() !== undefined });
    validate(path.name, ({ value }) => {
      const text = value().trim();
      if (text === '' || replaces() !== undefined) return undefined;
      if (!isAgentName(text)) return { kind: 'name', message: `A name ${AGENT_NAME_RULE}.` };
      if (!others().some((other) => other.name === text)) return undefined;
      return {
        kind: 'taken',
        message: `An agent ${text} exists already. To put another machine in its place, open the page of that agent.`,
      };
    });
    for (const place of [path.region, path.provider]) {
      maxLength(place, PLACE_LENGTH_MAX, { message: `At most ${PLACE_LENGTH_MAX} characters.` });
      validate(place, ({ value }) =>
        UNSEEN.test(value()) ? { kind: 'unseen', message: 'It holds a character that is not seen.' } : undefined,
      );
    }
    required(path.region, { message: 'Enter a region, such as eu-central: tiers select agents by it.' });
    required(path.provider, { message: 'Enter whose network it is, such as carrier-a: tiers select agents by it.' });
    validate(path.allow, ({ value }) => {
      const read = readAllowedRanges(value());
      return 'fault' in read ? { kind: 'ranges', message: read.fault } : undefined;
    });
  });
}
