import { describe, expect, it } from 'vitest';
import { OpenStreams, STREAMS_MAX, STREAMS_OF_KEYS_MAX, STREAMS_OF_ONE_MAX } from './open-streams';
import type { Principal } from './permission';

const principal = (kind: Principal['kind'], id: string): Principal => ({
  kind,
  id,
  name: id,
  role: 'viewer',
  permissions: [],
  scope: null,
  sessionId: null,
});

describe('slots for event streams', () => {
  it('are limited per caller, and released when a stream ends', () => {
    const streams = new OpenStreams();
    const alice = principal('user', 'alice');
    const places = Array.from({ length: STREAMS_OF_ONE_MAX.user }, () => streams.takeSlot(alice));
    expect(() => streams.takeSlot(alice)).toThrow(expect.objectContaining({ code: 'too_many_requests' }));
    const bob = streams.takeSlot(principal('user', 'bob'));
    places[0]();
    expect(streams.size).toBe(STREAMS_OF_ONE_MAX.user);
    places[0] = streams.takeSlot(alice);
    for (const giveBack of [...places, bob]) giveBack();
    expect(streams.size).toBe(0);
  });

  it('are reserved for users, regardless of how many API keys hold streams', () => {
    const streams = new OpenStreams();
    for (let at = 0; at < STREAMS_OF_KEYS_MAX; at++) streams.takeSlot(principal('api-key', `key-${at % 3}`));
    expect(() => streams.takeSlot(principal('api-key', 'late'))).toThrow(
      expect.objectContaining({ code: 'unavailable' }),
    );
    const people = STREAMS_MAX - STREAMS_OF_KEYS_MAX;
    for (let at = 0; at < people; at++) streams.takeSlot(principal('user', `user-${at % 20}`));
    expect(() => streams.takeSlot(principal('user', 'late'))).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});
