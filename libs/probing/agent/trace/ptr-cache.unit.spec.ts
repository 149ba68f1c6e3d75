import { describe, expect, it } from 'vitest';
import { isHostName, PtrCache } from './ptr-cache';

const HOUR_MS = 3_600_000;
const NEVER = new AbortController().signal;

function cacheOf(answers: Record<string, string[] | string>, isOn = () => true) {
  const clock = { nowMs: 0 };
  const asked: string[] = [];
  const ask = (address: string): Promise<string[]> => {
    asked.push(address);
    const answer = answers[address] ?? 'ENOTFOUND';
    return typeof answer === 'string'
      ? Promise.reject(Object.assign(new Error(answer), { code: answer }))
      : Promise.resolve(answer);
  };
  return { clock, asked, cache: new PtrCache({ isOn, ask, nowMs: () => clock.nowMs }) };
}

describe('names of hops', () => {
  it('are asked for once, and again when they are old', async () => {
    const { cache, asked, clock } = cacheOf({ '192.0.2.1': ['core1.example.net.'] });
    expect(await cache.resolveNames(['192.0.2.1', '192.0.2.2'], NEVER)).toEqual({ '192.0.2.1': 'core1.example.net' });
    await cache.resolveNames(['192.0.2.1', '192.0.2.2'], NEVER);
    expect(asked).toEqual(['192.0.2.1', '192.0.2.2']);
    clock.nowMs += HOUR_MS;
    await cache.resolveNames(['192.0.2.1', '192.0.2.2'], NEVER);
    expect(asked).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.2']);
    clock.nowMs += 5 * HOUR_MS;
    // An old name is better than none until there is another.
    expect(cache.knownNames(['192.0.2.1'])).toEqual({ '192.0.2.1': 'core1.example.net' });
    expect(asked).toHaveLength(4);
  });

  it('of a resolver that fails are asked for again after 5 min', async () => {
    const { cache, asked, clock } = cacheOf({ '192.0.2.1': 'ETIMEOUT' });
    await cache.resolveNames(['192.0.2.1'], NEVER);
    clock.nowMs += 299_000;
    await cache.resolveNames(['192.0.2.1'], NEVER);
    expect(asked).toHaveLength(1);
    clock.nowMs += 1_000;
    await cache.resolveNames(['192.0.2.1'], NEVER);
    expect(asked).toHaveLength(2);
  });

  it('delay nothing if the resolver does not answer', async () => {
    const cache = new PtrCache({ isOn: () => true, ask: () => new Promise(() => undefined) });
    expect(await cache.resolveNames(['192.0.2.1'], NEVER, 20)).toEqual({});
  });

  it('are not awaited once the agent stops', async () => {
    const cache = new PtrCache({ isOn: () => true, ask: () => new Promise(() => undefined) });
    const stop = new AbortController();
    const names = cache.resolveNames(['192.0.2.1'], stop.signal, 600_000);
    stop.abort();
    expect(await names).toEqual({});
  });

  it('are asked for at a limited rate', async () => {
    const { cache, asked, clock } = cacheOf({});
    const addresses = Array.from({ length: 1_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    await cache.resolveNames(addresses, NEVER);
    expect(asked).toHaveLength(60);
    clock.nowMs += 1_000;
    await cache.resolveNames(addresses, NEVER);
    expect(asked).toHaveLength(80);
  });

  it('are neither asked for nor known while they are off', async () => {
    const switches = { isOn: true };
    const { cache, asked } = cacheOf({ '192.0.2.1': ['a.example'] }, () => switches.isOn);
    expect(await cache.resolveNames(['192.0.2.1'], NEVER)).toEqual({ '192.0.2.1': 'a.example' });
    switches.isOn = false;
    expect(await cache.resolveNames(['192.0.2.1', '192.0.2.2'], NEVER)).toEqual({});
    expect(asked).toEqual(['192.0.2.1']);
  });

  it.each([
    'a\u0000.example',
    'a\u001b[31m.example',
    'a b.example',
    '<b>.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}example`,
    '-a.example',
    'a..example',
    '192.0.2.9',
    'ünicode.example',
    'a\nb.example',
    '',
  ])('that are no host names are dropped: %j', async (name) => {
    expect(isHostName(name)).toBe(false);
    const { cache } = cacheOf({ '192.0.2.1': [name, 'good_1.example'] });
    expect(await cache.resolveNames(['192.0.2.1'], NEVER)).toEqual({ '192.0.2.1': 'good_1.example' });
  });
});
