import { expect, it } from 'vitest';
import { tokenPurpose } from './token-purpose';

it('a token states for which agents it is, and what it fixes', () => {
  const unbound = { agentName: null, region: null, provider: null, tags: {}, capacityPps: null };
  expect(tokenPurpose(unbound)).toBe('new agents');
  const bound = { region: 'eu', provider: 'carrier-a', tags: { site: 'fra' }, capacityPps: 1_500 };
  expect(tokenPurpose({ ...unbound, ...bound })).toBe(
    'new agents, region eu, provider carrier-a, site=fra, 1500 packets/s',
  );
  expect(tokenPurpose({ ...unbound, agentName: 'fra-1' })).toBe('agent fra-1');
});
