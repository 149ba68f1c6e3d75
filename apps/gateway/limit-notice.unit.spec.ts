import { beforeEach, describe, expect, it } from 'vitest';
import { LimitNotice } from './limit-notice';
import { connectionsRefused, uploadsDeferred } from './results/results-metrics';

describe('LimitNotice', () => {
  beforeEach(() => {
    uploadsDeferred.reset();
    connectionsRefused.reset();
  });

  it('is empty while no limit acts', async () => {
    expect(await new LimitNotice().takeNotice()).toBeNull();
  });

  it('reports what was deferred or refused, and drops it after five minutes', async () => {
    const notice = new LimitNotice();
    await notice.takeNotice();
    uploadsDeferred.inc({ reason: 'results' }, 1_200);
    connectionsRefused.inc({ listener: 'agents-listener', reason: 'address' }, 3);
    const said = 'in 5 min: 1,200 uploads deferred (results), 3 connections refused (agents-listener address)';
    expect(await notice.takeNotice()).toBe(said);
    for (let reading = 2; reading < 30; reading += 1) expect(await notice.takeNotice()).toBe(said);
    await notice.takeNotice();
    expect(await notice.takeNotice()).toBeNull();
  });
});
