import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeUnreadBodies } from './request-body';

const REQUESTS = 50;
const LATE_MS = 10_000;

class FakeSocket extends EventEmitter {
  readonly destroy = vi.fn();
}

/** Answers a request whose body has not arrived. */
function answered(socket: FakeSocket): EventEmitter & { complete: boolean } {
  const request = Object.assign(new EventEmitter(), { socket, complete: false, headers: { 'content-length': '2' } });
  const response = new EventEmitter();
  closeUnreadBodies(request as unknown as Request, response as unknown as Response, () => undefined);
  response.emit('finish');
  return request;
}

describe('a request that was answered before its body arrived', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('leaves nothing on its connection once the body has arrived', () => {
    const socket = new FakeSocket();
    for (let at = 0; at < REQUESTS; at += 1) {
      const request = answered(socket);
      expect(socket.listenerCount('close')).toBe(0);
      request.complete = true;
      request.emit('close');
    }
    expect(vi.getTimerCount()).toBe(0);
    expect(socket.destroy).not.toHaveBeenCalled();
  });

  it('loses its connection if the body still has not arrived after some time', () => {
    const socket = new FakeSocket();
    answered(socket);
    vi.advanceTimersByTime(LATE_MS);
    expect(socket.destroy).toHaveBeenCalledOnce();
  });
});
