import http from 'node:http';
import { ControlDatabase } from '@icmp-mon/platform/database';
import pg from 'pg';
import type { BenchContext } from './bench';
import { profiling } from './projector';

export const READERS = 2;

/** The two sides that are compared: pages of an API over HTTP, and SQL for the same rows. */
export interface PageReaders {
  control: ControlDatabase;
  /** Runs the SQL. */
  pool: pg.Pool;
  /** Returns the body of the response to a path of the API. */
  get(path: string): Promise<string>;
}

/** Starts an API and runs `work` with connections to it and to its database, which are closed afterwards. */
export async function withPageReaders<T>(
  context: BenchContext,
  work: (readers: PageReaders) => Promise<T>,
): Promise<T> {
  const product = await context.startProduct({ apps: ['api'], environment: profiling(context) });
  const { controlDatabaseUrl, apiUrl, apiKey } = product.access;
  const control = new ControlDatabase({ url: controlDatabaseUrl });
  const pool = new pg.Pool({ connectionString: controlDatabaseUrl, max: READERS });
  const agent = new http.Agent({ keepAlive: true, maxSockets: READERS });
  try {
    return await work({ control, pool, get: (path) => fetchText(agent, `${apiUrl}${path}`, apiKey) });
  } finally {
    agent.destroy();
    await pool.end();
    await control.close();
  }
}

/** Reads all pages by two readers. Returns the time of each in ms. */
export async function readAll<P>(pages: readonly P[], read: (page: P, at: number) => Promise<void>): Promise<number[]> {
  const timesMs: number[] = [];
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let at = next++; at < pages.length; at = next++) {
      const startedMs = performance.now();
      await read(pages[at], at);
      timesMs[at] = performance.now() - startedMs;
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return timesMs;
}

export function p99(timesMs: readonly number[]): number {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return sorted[Math.floor(0.99 * (sorted.length - 1))];
}

function fetchText(agent: http.Agent, url: string, apiKey: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { authorization: `Bearer ${apiKey}` } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${url} returned ${response.statusCode}: ${text}`));
      });
    });
    request.on('error', reject);
  });
}
