import { describe, expect, it } from 'vitest';
import { SentRequest } from './sent-request';

const refused = (): Promise<void> => Promise.reject({ status: 409, error: { title: 'Refused', detail: 'Why.' } });

describe('the request of a form', () => {
  it('is in progress until it is answered', async () => {
    const sent = new SentRequest();
    let answer: () => void = () => undefined;
    const answered = sent.sendRequest(() => new Promise((resolve) => (answer = resolve)));
    expect(sent.isBusy()).toBe(true);
    answer();
    expect([await answered, sent.isBusy(), sent.problem()]).toEqual([true, false, null]);
  });

  it('states why it failed, until it is sent again or the failure is forgotten', async () => {
    const sent = new SentRequest();
    expect(await sent.sendRequest(refused)).toBe(false);
    expect([sent.isBusy(), sent.problem()?.detail]).toEqual([false, 'Why.']);
    const again = sent.sendRequest(() => Promise.resolve());
    expect(sent.problem()).toBeNull();
    expect(await again).toBe(true);
    await sent.sendRequest(refused);
    sent.forgetProblem();
    expect(sent.problem()).toBeNull();
  });
});
