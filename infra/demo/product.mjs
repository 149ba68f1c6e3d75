// Clients of a running product for the demo: its API, its live stream, its public topic, and figures of its databases.
import { readJson } from '../private-file.mjs';
import { messageOf } from '../error-text.mjs';
import { Refusal } from '../output.mjs';

/** @typedef {import('../providers/environment.mjs').Addresses & { apiUrl: string, apiKey: string, processes: Record<string, { pid: number, opsUrl: string }> }} Access */

/**
 * Returns the addresses of a running product.
 * @throws Refusal when none is running
 * @param {string} path
 */
export function readAccess(path) {
  const access = readJson(path);
  if (!access) throw new Refusal('ICMP-Mon is not running here. Start it: npm start -- --detach');
  return access;
}

export class Api {
  /** @param {Pick<Access, 'apiUrl' | 'apiKey'>} access */
  constructor(access) {
    this.base = `${access.apiUrl}/api/v1`;
    this.headers = { authorization: `Bearer ${access.apiKey}` };
  }

  /**
   * Returns the JSON of the response, null for 404.
   * @throws Error with the problem details of the response
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async call(method, path, body) {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: body ? { ...this.headers, 'content-type': 'application/json' } : this.headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    });
    if (response.status === 404 && method !== 'POST') return null;
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** @param {string} path */
  get(path) {
    return this.call('GET', path);
  }
}

/** Follows the portal's status stream, and keeps the latest message of each target. */
export class PortalStream {
  /** @param {Api} api */
  constructor(api) {
    this.api = api;
    this.targets = new Map();
    this.stopped = new AbortController();
  }

  start() {
    this.running = this.follow();
  }

  async follow() {
    while (!this.stopped.signal.aborted) {
      try {
        const response = await fetch(`${this.api.base}/status/stream`, {
          headers: this.api.headers,
          signal: this.stopped.signal,
        });
        await this.read(response.body);
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        this.lastError = error;
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  /** @param {import('node:stream/web').ReadableStream<Uint8Array> | null} body */
  async read(body) {
    let text = '';
    if (body === null) return;
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.take(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  }

  /** @param {string} block */
  take(block) {
    /** @param {string} name */
    const field = (name) => block.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1];
    if (field('event') !== 'target') return;
    const target = JSON.parse(field('data') ?? '');
    this.targets.set(target.ip, target);
  }

  stop() {
    this.stopped.abort();
  }
}

/**
 * Polls `probe` until it returns something other than null, undefined or false; returns the value and the milliseconds that it took.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} probe
 * @param {number} withinMs
 */
export async function until(what, probe, withinMs) {
  const from = performance.now();
  for (;;) {
    /** @type {unknown} */
    let lastError;
    try {
      const value = await probe();
      if (value !== null && value !== undefined && value !== false) return { value, ms: performance.now() - from };
    } catch (error) {
      lastError = error;
    }
    if (performance.now() - from > withinMs) {
      throw new Refusal(
        `Not within ${withinMs / 1000} s: ${what}${lastError === undefined ? '' : ` (${messageOf(lastError)})`}.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
