import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { mendRequestQueueTimer } from './request-queue-timer';

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  maybeThrottle(ms: number): void;
  push(request: object): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  checkPendingRequests(): void;
  destroy(): void;
}

const silent = { debug: () => undefined, warn: () => undefined };

function newQueue(): Queue {
  const Made = RequestQueue as unknown as new (options: object) => Queue;
  return new Made({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'c',
    broker: 'b',
    logger: silent,
  });
}

function request(correlationId: number, sent: number[]): object {
  return {
    entry: { correlationId, resolve: () => undefined, reject: () => undefined },
    expectResponse: true,
    sendRequest: () => sent.push(correlationId),
  };
}

// If this fails after an update of kafkajs, check whether its issue 1704 is fixed, and remove or adapt the patch.
describe('the patched request queue of kafkajs', () => {
  beforeEach(() => {
    mendRequestQueueTimer();
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('arms no timer while nothing is pending', () => {
    const queue = newQueue();
    queue.checkPendingRequests();
    expect(vi.getTimerCount()).toBe(0);
    const sent: number[] = [];
    queue.push(request(1, sent));
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(sent).toEqual([1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends pending requests after a request in flight has ended, then stops its timer', () => {
    const queue = newQueue();
    const sent: number[] = [];
    queue.push(request(1, sent));
    queue.push(request(2, sent));
    expect(sent).toEqual([1]);
    expect(vi.getTimerCount()).toBe(1);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(sent).toEqual([1, 2]);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends throttled requests once the throttle time is over', () => {
    const queue = newQueue();
    const sent: number[] = [];
    queue.maybeThrottle(500);
    queue.push(request(1, sent));
    vi.advanceTimersByTime(400);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
