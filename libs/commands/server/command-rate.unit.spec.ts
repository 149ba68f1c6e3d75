import { describe, expect, it } from 'vitest';
import { RequestTurns, TooManyCommands } from './command-rate';

describe('requests of a process', () => {
  it('take turns, and one caller who floods it leaves turns to others', async () => {
    const turns = new RequestTurns();
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const request = (actor: string) => turns.runInTurn(actor, () => gate.promise.then(() => order.push(actor)));
    const flood = Array.from({ length: 500 }, () => request('api-key:a'));
    const other = request('user:b');
    gate.resolve();
    const results = await Promise.allSettled(flood);
    await other;
    const refusals = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect([refusals.length, order.at(-1)]).toEqual([460, 'user:b']);
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(TooManyCommands);
    // The slots are free again.
    await Promise.all(Array.from({ length: 40 }, () => request('api-key:a')));
  });
});
